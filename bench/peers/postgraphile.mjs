// PostGraphile 5: Grafast plans, one statement where its planner finds one, prepared statements, Node's own HTTP server.
// usage: node postgraphile.mjs TERMS
//
// Tuned, and made to give the product's answers without paying for it:
// - The types are PostGraphile's own, from the tables. What it would offer beyond what is asked is switched off.
// - `id` is its node id with a codec of ours, which writes the id in JavaScript; SQL only gives the key.
// - Instants are fetched as PostgreSQL writes them and get their Z in JavaScript, instead of to_char for every one.
// - Questions that PostGraphile does not make up by itself (a day, past visits, a search, current owners) are plans of
//   their own over its resources, as `extendSchema` has them, so that they still become joins.
// - No pgSettings, hence no transaction around a read: the row rule is asked at the door, before anything is planned.
// - Plans and parsed documents are kept (by default), nothing is watched, explained or logged.
import { createServer } from 'node:http';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { TYPES } from 'postgraphile/@dataplan/pg';
import { get, lambda, markSyncAndSafe, object } from 'postgraphile/grafast';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { extendSchema } from 'postgraphile/utils';
import { bounds, globalId, isPhone, key, makeDoor, makeZones, poolOptions, terms } from './door.mjs';

const pool = new pg.Pool(poolOptions);
const viewer = makeDoor(pool);
const zoneOf = makeZones(pool);

Object.assign(TYPES.timestamptz, {
  castFromPg: undefined,
  fromPg: (text) => `${text.slice(0, 10)}T${text.slice(11, -3)}Z`,
});

const OurNames = {
  name: 'OurNames',
  inflection: {
    replace: {
      // vet_id leads to a vet; what leads back from a key has the name that PostGraphile makes up.
      singleRelation(previous, _options, details) {
        const [column] = details.registry.pgRelations[details.codec.name][details.relationName].localAttributes;
        return column === 'id' ? previous(details) : this.camelCase(column.replace(/_id$/, ''));
      },
      // It calls the key itself rowId.
      _attributeName(previous, _options, details) {
        return details.attributeName === 'row_id' ? 'which_row' : previous(details);
      },
    },
  },
};

const ourIds = {
  name: 'ours',
  encode: markSyncAndSafe(([kind, uuid]) => globalId(kind, uuid)),
  decode: markSyncAndSafe((id) => [Buffer.from(id, 'base64url').toString('latin1').split(':')[0], key(id)]),
};
const OurIds = {
  name: 'OurIds',
  schema: {
    hooks: {
      build: {
        after: ['NodePlugin'],
        callback(build) {
          build.registerNodeIdCodec(ourIds);
          return build;
        },
      },
    },
  },
};

const Questions = extendSchema((build) => {
  const { appointment, client, note, ownership, treatment, visit, vital } = build.pgResources;
  const { sql } = build;
  const uuid = TYPES.uuid;
  return {
    typeDefs: /* GraphQL */ `
      enum AppointmentsWhen { PAST COMING }
      type Day { on: Date! appointments: [Appointment!]! }
      type Appointments { nodes: [Appointment!]! }
      type Clients { nodes: [Client!]! }
      extend type Query {
        day(locationId: ID!, on: Date!): Day
        clients(search: String!, first: Int!): Clients
      }
      extend type Pet {
        owners: [Ownership!]!
        appointments(when: AppointmentsWhen!, first: Int!): Appointments!
        visits(first: Int!): Visits!
      }
      type Visits { nodes: [Visit!]! }
      extend type Visit { notes: [Note!]! }
      extend type Note { vitals: [Vital!]! treatments: [Treatment!]! }
      extend type Vital { value: Float! }
      extend type Client { ownerships: [Ownership!]! }
    `,
    objects: {
      Query: {
        plans: {
          day(_, { $locationId, $on }) {
            const $location = lambda($locationId, key, true);
            return object({ on: $on, location: $location, zone: lambda($location, zoneOf) });
          },
          clients(_, { $search, $first }) {
            const $found = client.find();
            const from = $found.placeholder(lambda($search, (word) => bounds(word)[0], true), TYPES.text);
            const to = $found.placeholder(lambda($search, (word) => bounds(word)[1], true), TYPES.text);
            const phone = $found.placeholder(lambda($search, (word) => (isPhone(word) ? 'PHONE' : ''), true), TYPES.text);
            $found.where(sql`${$found}.id IN (SELECT client_id FROM client_word
              WHERE kind IN ('NAME', 'EMAIL', ${phone}) AND word COLLATE "C" >= ${from} AND word COLLATE "C" < ${to})`);
            $found.orderBy({ fragment: sql`${$found}.fold COLLATE "C"`, codec: TYPES.text, direction: 'ASC' });
            $found.orderBy({ attribute: 'id', direction: 'ASC' });
            $found.setFirst($first);
            return object({ nodes: $found });
          },
        },
      },
      Day: {
        plans: {
          on: ($day) => get($day, 'on'),
          appointments($day) {
            const $visits = appointment.find();
            const on = $visits.placeholder(get($day, 'on'), TYPES.date);
            const zone = $visits.placeholder(get($day, 'zone'), TYPES.text);
            $visits.where(sql`${$visits}.location_id = ${$visits.placeholder(get($day, 'location'), uuid)}`);
            $visits.where(sql`${$visits}.starts_at < ((${on} + 1)::timestamp AT TIME ZONE ${zone})`);
            $visits.where(sql`${$visits}.ends_at > (${on}::timestamp AT TIME ZONE ${zone})`);
            $visits.orderBy({ attribute: 'starts_at', direction: 'ASC' });
            $visits.orderBy({ attribute: 'id', direction: 'ASC' });
            return $visits;
          },
        },
      },
      Pet: {
        plans: {
          owners: ($pet) => current($pet, 'pet_id', { attribute: 'share', direction: 'DESC' }),
          appointments($pet, { $when, $first }) {
            const $visits = appointment.find({ pet_id: $pet.get('id') });
            const when = $visits.placeholder($when, TYPES.text);
            $visits.where(sql`(${$visits}.ends_at <= now()) = (${when} = 'PAST')`);
            $visits.orderBy({ attribute: 'starts_at', direction: 'DESC' });
            $visits.orderBy({ attribute: 'id', direction: 'DESC' });
            $visits.setFirst($first);
            return object({ nodes: $visits });
          },
          visits($pet, { $first }) {
            const $visits = visit.find({ pet_id: $pet.get('id') });
            $visits.orderBy({ attribute: 'at', direction: 'DESC' });
            $visits.orderBy({ attribute: 'id', direction: 'DESC' });
            $visits.setFirst($first);
            return object({ nodes: $visits });
          },
        },
      },
      Visit: { plans: { notes: ($visit) => below(note, { visit_id: $visit.get('id') }, 'created_at') } },
      Note: {
        plans: {
          vitals: ($note) => below(vital, { note_id: $note.get('id') }, 'at'),
          treatments: ($note) => below(treatment, { note_id: $note.get('id') }, 'at'),
        },
      },
      Vital: { plans: { value: ($vital) => lambda($vital.get('thousandths'), (value) => value / 1000, true) } },
      Visits: { plans: { nodes: ($page) => get($page, 'nodes') } },
      Client: { plans: { ownerships: ($client) => current($client, 'client_id') } },
      Appointments: { plans: { nodes: ($page) => get($page, 'nodes') } },
      Clients: { plans: { nodes: ($page) => get($page, 'nodes') } },
    },
  };

  function below(resource, of, first) {
    const $lines = resource.find(of);
    $lines.orderBy({ attribute: first, direction: 'ASC' });
    $lines.orderBy({ attribute: 'id', direction: 'ASC' });
    return $lines;
  }

  function current($of, column, first) {
    const $held = ownership.find({ [column]: $of.get('id') });
    $held.where(sql`${$held}.ends_on IS NULL`);
    if (first) $held.orderBy(first);
    $held.orderBy({ attribute: 'id', direction: 'ASC' });
    return $held;
  }
});

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [OurNames, OurIds, Questions],
  pgServices: [makePgService({ pool, schemas: ['public'], pubsub: false })],
  schema: {
    defaultNodeIdCodec: 'ours',
    defaultBehavior: '-resource:connection -resource:list -manyRelation:resource:connection -manyRelation:resource:list'
      + ' -insert -update -delete -query:resource:connection -query:resource:list',
  },
  grafserv: { watch: false, graphiql: false, websockets: false },
  grafast: { explain: false },
};

const handler = createServer();
const serving = postgraphile(preset).createServ(grafserv);
const inner = createServer();
await serving.addTo(inner);
handler.on('request', async (request, response) => {
  if (request.url === '/readyz') return response.end('ok\n');
  const who = viewer(request.headers.authorization);
  const known = who instanceof Promise ? await who : who;
  if (!known) return response.writeHead(401, { 'content-length': 0 }).end();
  if (!known.sees) return response.writeHead(403, { 'content-length': 0 }).end();
  inner.emit('request', request, response);
});
await serving.ready?.();
handler.listen(terms.port, '127.0.0.1');
