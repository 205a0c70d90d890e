// Mercurius: Fastify, JIT from the first repetition, a batched loader for each edge, prepared statements.
// usage: node mercurius.mjs TERMS
//
// Tuned: loaders do not cache, for asking for each id once does the same for less; what they are asked with is told
// apart by its key alone (toJSON), where Mercurius would make text of the whole row; rows become what is answered where
// they are loaded, so that the compiled query only copies them.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';
import { bounds, globalId, isPhone, key, makeDoor, makeZones, poolOptions, terms } from './door.mjs';

pg.types.setTypeParser(1082, (text) => text); // dates, and instants: as text, never as a Date
pg.types.setTypeParser(1184, (text) => `${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
const pool = new pg.Pool(poolOptions);
const ask = async (name, text, values) => (await pool.query({ name, text, values, rowMode: 'array' })).rows;
const viewer = makeDoor(pool);
const zoneOf = makeZones(pool);

const schema = `
  scalar Date
  enum AppointmentsWhen { PAST COMING }
  type Service { id: ID! name: String! }
  type Staff { id: ID! displayName: String! }
  type Room { id: ID! name: String! }
  type Client { id: ID! displayName: String! ownerships: [Ownership!]! }
  type Ownership { share: Int! client: Client! pet: Pet! }
  type Pet { id: ID! name: String! species: String! breed: String! bornOn: Date owners: [Ownership!]!
    appointments(when: AppointmentsWhen, first: Int = 20): Appointments! visits(first: Int = 20): Visits! }
  type Appointment { id: ID! status: String! startsAt: String! endsAt: String! reason: String!
    service: Service! vet: Staff! room: Room! client: Client! pet: Pet! }
  type Visit { id: ID! at: String! reason: String! vet: Staff! notes: [Note!]! }
  type Note { id: ID! kind: String! subjective: String! objective: String! assessment: String! plan: String!
    signedAt: String author: Staff! vitals: [Vital!]! treatments: [Treatment!]! }
  type Vital { id: ID! kind: String! value: Float! at: String! }
  type Treatment { id: ID! name: String! amount: String! route: String! }
  type Visits { nodes: [Visit!]! }
  type Appointments { nodes: [Appointment!]! }
  type Clients { nodes: [Client!]! }
  type Day { on: Date! appointments: [Appointment!]! }
  type Query { day(locationId: ID!, on: Date!): Day  pet(id: ID!): Pet
    clients(search: String!, first: Int = 20): Clients }
`;

const APPOINTMENT = 'id, status, starts_at, ends_at, reason, service_id, vet_id, room_id, client_id, pet_id';
class Row {
  toJSON() { return this.id; }
}
class Appointment extends Row {
  constructor(row) {
    super();
    this.id = globalId('Appointment', row[0]);
    this.status = row[1];
    this.startsAt = row[2];
    this.endsAt = row[3];
    this.reason = row[4];
    this.service_id = row[5];
    this.vet_id = row[6];
    this.room_id = row[7];
    this.client_id = row[8];
    this.pet_id = row[9];
  }
}
class Client extends Row {
  constructor([uuid, displayName]) {
    super();
    this.key = uuid;
    this.id = globalId('Client', uuid);
    this.displayName = displayName;
  }
}
class Pet extends Row {
  constructor([uuid, name, species, breed, bornOn]) {
    super();
    this.key = uuid;
    this.id = globalId('Pet', uuid);
    this.name = name;
    this.species = species;
    this.breed = breed;
    this.bornOn = bornOn;
  }
}
// Of a client, or of a pet: the one of the two that loads it knows the other.
class Ownership extends Row {
  constructor(share, clientId, petId) {
    super();
    this.id = clientId ?? petId;
    this.share = share;
    this.client_id = clientId;
    this.pet_id = petId;
  }
}
class Visit extends Row {
  constructor([uuid, at, reason, vet]) {
    super();
    this.key = uuid;
    this.id = globalId('Visit', uuid);
    this.at = at;
    this.reason = reason;
    this.vet_id = vet;
  }
}
class Note extends Row {
  constructor(row) {
    super();
    this.key = row[1];
    this.id = globalId('Note', row[1]);
    this.kind = row[2];
    this.subjective = row[3];
    this.objective = row[4];
    this.assessment = row[5];
    this.plan = row[6];
    this.signedAt = row[7];
    this.author_id = row[8];
  }
}
const appointment = (row) => new Appointment(row);
const client = (row) => new Client(row);
const pet = (row) => new Pet(row);
const PET = 'SELECT id, name, species, breed, born_on FROM pet';

// What a row refers to, each asked for once.
const one = (text, column, made) => ({
  loader: async (queries) => {
    const ids = [...new Set(queries.map(({ obj }) => obj[column]))];
    const found = new Map();
    for (const row of await ask(text, `${text} WHERE id = ANY($1)`, [ids])) found.set(row[0], made(row));
    return queries.map(({ obj }) => found.get(obj[column]));
  },
  opts: { cache: false },
});

// What refers to a row: `text` gives the key of that row first.
const many = (name, text, made) => ({
  loader: async (queries) => {
    const found = new Map(queries.map(({ obj }) => [obj.key, []]));
    for (const row of await ask(name, text, [[...found.keys()]])) found.get(row[0]).push(made(row));
    return queries.map(({ obj }) => found.get(obj.key));
  },
  opts: { cache: false },
});
const named = (kind) => (row) => ({ id: globalId(kind, row[0]), name: row[1] });

const staff = (r) => ({ id: globalId('Staff', r[0]), displayName: r[1] });

const loaders = {
  Visit: {
    vet: one('SELECT id, display_name FROM staff', 'vet_id', staff),
    notes: many('notes', `SELECT visit_id, id, kind, subjective, objective, assessment, plan, signed_at, author_id
      FROM note WHERE visit_id = ANY($1) ORDER BY created_at, id`, (row) => new Note(row)),
  },
  Note: {
    author: one('SELECT id, display_name FROM staff', 'author_id', staff),
    vitals: many('vitals', `SELECT note_id, id, kind, thousandths, at FROM vital WHERE note_id = ANY($1)
      ORDER BY at, id`, (r) => ({ id: globalId('Vital', r[1]), kind: r[2], value: r[3] / 1000, at: r[4] })),
    treatments: many('treatments', `SELECT note_id, id, name, amount, route FROM treatment WHERE note_id = ANY($1)
      ORDER BY at, id`, (r) => ({ id: globalId('Treatment', r[1]), name: r[2], amount: r[3], route: r[4] })),
  },
  Appointment: {
    service: one('SELECT id, name FROM service', 'service_id', named('Service')),
    vet: one('SELECT id, display_name FROM staff', 'vet_id', staff),
    room: one('SELECT id, name FROM room', 'room_id', named('Room')),
    client: one('SELECT id, display_name FROM client', 'client_id', client),
    pet: one(PET, 'pet_id', pet),
  },
  Ownership: { client: one('SELECT id, display_name FROM client', 'client_id', client), pet: one(PET, 'pet_id', pet) },
  Client: {
    ownerships: many('ownerships', `SELECT client_id, share, pet_id FROM ownership
      WHERE client_id = ANY($1) AND ends_on IS NULL ORDER BY id`, (r) => new Ownership(r[1], null, r[2])),
  },
  Pet: {
    owners: many('owners', `SELECT pet_id, share, client_id FROM ownership
      WHERE pet_id = ANY($1) AND ends_on IS NULL ORDER BY share DESC, id`,
    (r) => new Ownership(r[1], r[2], null)),
    appointments: {
      loader: async (queries) => Promise.all(queries.map(async ({ obj, params }) => {
        const when = { PAST: 'AND ends_at <= now()', COMING: 'AND ends_at > now()' }[params.when] ?? '';
        const rows = await ask(`appointments ${params.when}`, `SELECT ${APPOINTMENT} FROM appointment
          WHERE pet_id = $1 ${when} ORDER BY starts_at DESC, id DESC LIMIT $2`, [obj.key, params.first]);
        return { nodes: rows.map(appointment) };
      })),
      opts: { cache: false },
    },
    visits: {
      loader: async (queries) => Promise.all(queries.map(async ({ obj, params }) => {
        const rows = await ask('visits', `SELECT id, at, reason, vet_id FROM visit WHERE pet_id = $1
          ORDER BY at DESC, id DESC LIMIT $2`, [obj.key, params.first]);
        return { nodes: rows.map((row) => new Visit(row)) };
      })),
      opts: { cache: false },
    },
  },
};

const resolvers = {
  Query: {
    async day(_root, { locationId, on }, context) {
      if (!context.viewer.sees) return null;
      const location = key(locationId);
      const rows = await ask('day', `SELECT ${APPOINTMENT} FROM appointment WHERE location_id = $1
        AND starts_at < (($2::date + 1)::timestamp AT TIME ZONE $3) AND ends_at > ($2::date::timestamp AT TIME ZONE $3)
        ORDER BY starts_at, id`, [location, on, await zoneOf(location)]);
      return { on, appointments: rows.map(appointment) };
    },
    async pet(_root, { id }, context) {
      if (!context.viewer.sees) return null;
      const rows = await ask('pet', `${PET} WHERE id = $1`, [key(id)]);
      return rows.length ? pet(rows[0]) : null;
    },
    async clients(_root, { search, first }, context) {
      if (!context.viewer.sees) return { nodes: [] };
      const rows = await ask('clients', `SELECT id, display_name FROM client WHERE id IN (SELECT client_id
        FROM client_word WHERE kind IN ('NAME', 'EMAIL', $1) AND word COLLATE "C" >= $2 AND word COLLATE "C" < $3)
        ORDER BY fold COLLATE "C", id LIMIT $4`, [isPhone(search) ? 'PHONE' : '', ...bounds(search), first]);
      return { nodes: rows.map(client) };
    },
  },
};

const app = Fastify();
app.addHook('onRequest', async (request, reply) => {
  if (request.url === '/readyz') return;
  request.viewer = await viewer(request.headers.authorization);
  if (!request.viewer) return reply.code(401).send();
});
app.register(mercurius, { schema, resolvers, loaders, jit: 1, context: (request) => ({ viewer: request.viewer }) });
app.get('/readyz', async () => 'ok\n');
await app.listen({ port: terms.port, host: '127.0.0.1' });
