import {
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  validateInputLiteral,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { FieldError } from '../../errors.ts';
import { inputMistake, inputMistakes } from '../../request/input-mistakes.ts';
import { maxErrors } from './limits.ts';

/** Where the value of an argument is in a request: the fields of an input are named by themselves. */
function placeOf(argument: GraphQLArgument): string[] {
  return isInputObjectType(getNullableType(argument.type)) ? [] : [argument.name];
}

/** Everything in which the literals of a document are not of their types. */
export function literalMistakes(schema: GraphQLSchema, document: DocumentNode): FieldError[] {
  const mistakes: FieldError[] = [];
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      VariableDefinition: ({ variable, type: node, defaultValue }) => {
        const type = typeFromAST(schema, node);
        if (!defaultValue || !isInputType(type)) return;
        validateInputLiteral(defaultValue, type, (error, path) =>
          mistakes.push(inputMistake(error, type, [variable.name.value], path)),
        );
      },
      Argument: (node) => {
        const argument = info.getArgument();
        if (!argument) return;
        const place = placeOf(argument);
        validateInputLiteral(node.value, argument.type, (error, path) =>
          mistakes.push(inputMistake(error, argument.type, place, path)),
        );
      },
    }),
  );
  return mistakes.slice(0, maxErrors);
}

/** Where each variable of a document is first used. */
function placesOf(schema: GraphQLSchema, document: DocumentNode): Map<string, string[]> {
  const places = new Map<string, string[]>();
  const info = new TypeInfo(schema);
  let place: string[] = [];
  visit(
    document,
    visitWithTypeInfo(info, {
      VariableDefinition: () => false,
      Argument: {
        enter: (node) => {
          const argument = info.getArgument();
          place = argument ? placeOf(argument) : [node.name.value];
        },
      },
      ObjectField: {
        enter: (node) => {
          place.push(node.name.value);
        },
        leave: () => {
          place.pop();
        },
      },
      Variable: ({ name }) => {
        if (!places.has(name.value)) places.set(name.value, [...place]);
      },
    }),
  );
  return places;
}

/** Everything in which the variables of a request are not of the types that its operation says. */
export function variableMistakes(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): FieldError[] {
  const wrong = (operation.variableDefinitions ?? []).flatMap((definition) => {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (!isInputType(type) || (value === undefined && (definition.defaultValue || !isNonNullType(type)))) return [];
    return inputMistakes(value, type, []).length > 0 ? [{ name, type, value }] : [];
  });
  if (wrong.length === 0) return [];
  const places = placesOf(schema, document);
  return wrong.flatMap(({ name, type, value }) => inputMistakes(value, type, places.get(name) ?? [name]));
}
