/** The demo's user, as the router's administrator would have set it up. Worth nothing outside the demo. */
export const DEMO_USER = {
  userName: 'anna',
  pin: '2846',
  secret: 'b5c2e7d09a41f3683f6e0d2c71a9584b',
} as const;
