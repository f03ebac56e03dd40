-- The two roles of a deployment: `orderbell_owner`, as which `orderbell migrate` runs and to which the schema belongs, and
-- `orderbell_service`, as which the service runs and which may do no more than read and write rows.
--
-- A superuser runs it in the database of the service, again after each change of a password:
--   PGOPTIONS='-c orderbell.owner_password=… -c orderbell.service_password=…' psql -v ON_ERROR_STOP=1 -f db/roles.sql
-- What was made as another user, such as a superuser, is given to the owner.

DO $$
DECLARE
  name text;
  statement text;
BEGIN
  -- Two that run at once would change the same rows of the catalog.
  PERFORM pg_advisory_xact_lock(7236113);
  FOREACH name IN ARRAY ARRAY['owner', 'service'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orderbell_' || name) THEN
      EXECUTE format('CREATE ROLE %I', 'orderbell_' || name);
    END IF;
    EXECUTE format(
      'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L',
      'orderbell_' || name, current_setting('orderbell.' || name || '_password')
    );
  END LOOP;

  REVOKE CREATE ON SCHEMA public FROM PUBLIC;
  GRANT USAGE, CREATE ON SCHEMA public TO orderbell_owner;
  GRANT USAGE ON SCHEMA public TO orderbell_service;

  FOR statement IN
    SELECT format('ALTER TABLE %s OWNER TO orderbell_owner', c.oid::regclass)
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relowner <> 'orderbell_owner'::regrole
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO orderbell_owner', p.oid::regprocedure)
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.proowner <> 'orderbell_owner'::regrole
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP
    EXECUTE statement;
  END LOOP;

  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO orderbell_service;
  ALTER DEFAULT PRIVILEGES FOR ROLE orderbell_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO orderbell_service;
END
$$;
