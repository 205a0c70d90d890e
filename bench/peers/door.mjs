// What both servers on Node.js share: the terms, who asks, ids, instants, days.
import { readFileSync } from 'node:fs';
import { createLocalJWKSet, jwtVerify } from 'jose';

export const terms = JSON.parse(readFileSync(process.argv[2], 'utf8'));
export const jwks = createLocalJWKSet(terms.jwks);

// Times are asked for and told in UTC, so that nobody has to convert them.
export const poolOptions = { connectionString: terms.url, max: terms.pool_size, options: '-c timezone=UTC' };

const VIEWER = {
  name: 'viewer',
  text: `SELECT r.role FROM session s JOIN account a ON a.id = s.account_id LEFT JOIN staff p ON p.id = a.staff_id
    LEFT JOIN staff_role r ON r.staff_id = a.staff_id WHERE s.id = $1 AND a.id = $2 AND a.audience = 'staff'
    AND s.revoked_at IS NULL AND s.expires_at > now() AND p.left_at IS NULL`,
};

// Who comes with this header: a token is verified once and believed until it expires, and the session and the roles
// behind it are read once a minute. Null for nobody whom we know. `sees` is the rule of every row that is asked for
// here: any role of the staff sees all of them.
export function makeDoor(pool) {
  const known = new Map();

  async function verified(authorization) {
    const { payload } = await jwtVerify(authorization.slice('Bearer '.length), jwks, {
      issuer: terms.issuer, audience: terms.audience, algorithms: ['EdDSA'], typ: 'at+jwt',
    });
    const kept = { session: payload.sid, account: payload.sub, until: payload.exp * 1000, lookedAt: 0, viewer: null };
    known.set(authorization, kept);
    return kept;
  }

  async function look(authorization) {
    const kept = known.get(authorization) ?? await verified(authorization);
    const { rows } = await pool.query({ ...VIEWER, values: [kept.session, kept.account] });
    kept.viewer = rows.length ? { sees: rows.some((row) => row.role) } : null;
    kept.lookedAt = Date.now();
    return kept.viewer;
  }

  // The viewer at once when she is known, else a promise of her.
  return function viewer(authorization) {
    const kept = known.get(authorization);
    const now = Date.now();
    if (kept && kept.until <= now) return null;
    if (kept && now - kept.lookedAt < terms.viewer_kept_seconds * 1000) return kept.viewer;
    if (!authorization) return null;
    return look(authorization).catch(() => null);
  };
}

// Of these characters none becomes a plus or a slash, and 'latin1' is the quickest way to bytes.
export const globalId = (kind, uuid) => Buffer.from(`${kind}:${uuid.replaceAll('-', '')}`, 'latin1').toString('base64url');

export function key(id) {
  const hex = Buffer.from(id, 'base64url').toString('latin1').split(':')[1] ?? '';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const LAST = '\u{10ffff}';

// One word, as the product looks for it: a beginning of a name or an address, and, if it is four digits or more, any
// stretch of a phone number.
export const bounds = (word) => [word, word + LAST];
export const isPhone = (word) => /^[0-9]{4,}$/.test(word);
// The zone of a location is asked for once and kept for ever.
export function makeZones(pool) {
  const zones = new Map();
  return (location) => {
    if (!zones.has(location)) {
      zones.set(location, pool.query('SELECT zone FROM location WHERE id = $1', [location]).then((r) => r.rows[0]?.zone));
    }
    return zones.get(location);
  };
}
