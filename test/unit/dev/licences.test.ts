import { expect } from 'chai';
import { licenceOfFolder, licenceOfText } from '../../../src/dev/licences.ts';
import { packageDirectory } from '../../../src/platform/runtime/installed-builds.js';

describe('the licence of a library', () => {
  it('is what the text with it grants, whatever its package.json says', () => {
    expect(licenceOfFolder(packageDirectory() ?? '')).to.equal('Apache-2.0');
  });

  for (const [licence, text] of [
    ['MIT', 'MIT License\n\nPermission is hereby granted, free of charge, to any person'],
    ['ISC', 'Permission to use, copy, modify, and/or distribute this software for any purpose'],
    ['BSD-3-Clause', 'Redistributions of source code must retain the above\nNeither the name of the holder'],
    ['BSD-2-Clause', 'Redistributions of source code must retain the above copyright notice'],
    [undefined, 'All rights reserved.'],
  ] as const) {
    it(`is ${licence} for a text that says so`, () => {
      expect(licenceOfText(text)).to.equal(licence);
    });
  }
});
