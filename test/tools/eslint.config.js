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
      // `edges`; the Relay specification allows both.
      '@graphql-eslint/relay-edge-types': ['error', { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false }],
    },
  },
];
