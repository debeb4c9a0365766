import type { Catalogue } from './catalogue.ts';

export const dnsUse: Catalogue['dnsUse'] = {
  'every-name': 'asked for every name',
  'search-domains': 'asked for names of the search domains only',
  'no-search-domains':
    'not asked, because the profile has no search domains. To find names behind the router, enter its domains there.',
  'not-separable':
    'not asked, so names behind the router are not found: this system can ask one place for all names only, and the router would see each. Install systemd-resolved, or enter DNS servers of your own in the profile: these are asked for every name.',
};
