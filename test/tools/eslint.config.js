import graphql from '@graphql-eslint/eslint-plugin';

/** The rules of the Relay specifications, for the schema. */
export default [
  {
    files: ['schema.graphql'],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'schema.graphql' } } },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...graphql.configs['flat/schema-relay'].rules,
      // It would forbid every plain list, such as the steps of an operation, and the `nodes` that connections have beside
      // `edges`; the Relay specification allows both. What is read from servers, as caught e-mails and files of backups, is no
      // node; `test/access/node.test.ts` lists these, and has every other list made of nodes.
      '@graphql-eslint/relay-edge-types': ['error', { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
    },
  },
];
