// The peer: the same subscription by Mercurius, as its documentation has it, with everything left out that can be.
// usage: node peer.mjs sqlite|postgres ADDRESS PORT     (expects its packages beside it or above it in node_modules)
//
// Nobody signs in, nobody is refused, nothing is kept of a change but the time of the visit. Of each change the visit
// is read once, whoever listens; what each of them is answered, Mercurius works out for each of them.
import Fastify from 'fastify';
import mercurius from 'mercurius';

const [dialect, address, port] = process.argv.slice(2);
const MOVE = 'UPDATE appointment SET starts_at = $1, ends_at = $2 WHERE id = $3';
const LASTS = 30 * 60_000;
const VISIT = `SELECT a.id, a.location_id, a.starts_at, a.status, p.id AS pet_id, p.name FROM appointment a
  JOIN pet p ON p.id = a.pet_id WHERE a.id = $1`;

async function onPostgres() {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: address, max: 10 });
  return {
    move: (id, starts, ends) => pool.query({ name: 'move', text: MOVE, values: [starts, ends, id] }),
    visit: async (id) => (await pool.query({ name: 'visit', text: VISIT, values: [id] })).rows[0],
  };
}

async function onSqlite() {
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(address);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  const numbered = (statement) => database.prepare(statement.replace(/\$\d/g, '?'));
  const [move, visit] = [numbered(MOVE), numbered(VISIT)];
  const asText = (moment) => moment.toISOString().replace('T', ' ').replace('.000Z', '+00:00');
  return {
    move: (id, starts, ends) => move.run(asText(starts), asText(ends), id),
    visit: (id) => visit.get(id),
  };
}

const database = await (dialect === 'postgres' ? onPostgres() : onSqlite());
let cursor = 0;

const schema = `
  scalar Date
  type Pet { id: ID! name: String! }
  type Appointment { id: ID! startsAt: String! status: String! pet: Pet! }
  type AppointmentChange { cursor: String! kind: String! appointment: Appointment }
  input RescheduleAppointmentInput { appointmentId: ID! startsAt: String! idempotencyKey: String! }
  type AppointmentRescheduled { appointment: Appointment! }
  type Query { ok: Boolean }
  type Mutation { rescheduleAppointment(input: RescheduleAppointmentInput!): AppointmentRescheduled! }
  type Subscription { scheduleChanged(locationId: ID!, from: Date!, to: Date!): AppointmentChange }
`;

const resolvers = {
  Mutation: {
    async rescheduleAppointment(_root, { input }, { pubsub }) {
      const starts = new Date(input.startsAt);
      await database.move(input.appointmentId, starts, new Date(starts.getTime() + LASTS));
      const row = await database.visit(input.appointmentId);
      const startsAt = new Date(row.starts_at).toISOString();
      const appointment = { id: row.id, startsAt, status: row.status, pet: { id: row.pet_id, name: row.name } };
      cursor += 1;
      const change = { cursor: String(cursor), kind: 'MOVED', appointment };
      await pubsub.publish({ topic: row.location_id, payload: { scheduleChanged: change } });
      return { appointment };
    },
  },
  Subscription: {
    scheduleChanged: { subscribe: (_root, { locationId }, { pubsub }) => pubsub.subscribe(locationId) },
  },
};

const app = Fastify();
app.register(mercurius, { schema, resolvers, subscription: true, jit: 1 });
app.get('/readyz', async () => 'ok\n');
await app.listen({ port: Number(port), host: '127.0.0.1' });
