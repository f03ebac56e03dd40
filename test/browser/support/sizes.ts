/** The screens that hang in kitchens and stand on counters. */

export const SIZES = {
  phone: { width: 360, height: 740 },
  'wide phone': { width: 740, height: 360 },
  'portrait tablet': { width: 800, height: 1280 },
  'landscape tablet': { width: 1280, height: 800 },
  desktop: { width: 1920, height: 1080 },
};
