import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  recommendedRules,
  specifiedRules,
  validate,
  ValuesOfCorrectTypeRule,
} from 'graphql';
import type { Access } from '../../access/access.ts';
import { AppError, type FieldError, validationError } from '../../errors.ts';
import { type CompiledQuery, compileQuery } from '../../../schema/compiled-query.ts';
import { type CostOf, costOf } from './cost.ts';
import { documentLimits, maxErrors, tooComplex } from './limits.ts';
import { requirementsOf } from './requirements.ts';
import { checkStructure } from './structure.ts';
import { literalMistakes, variableMistakes } from './values.ts';

/** A document that was parsed, found harmless in its shape and valid, once for all requests that bring the same text. */
export interface ReadyDocument {
  document: DocumentNode;
  cost: CostOf;
  /** Of plain queries. */
  compiled: CompiledQuery | undefined;
  /** Literals that are not of their types. Like wrong variables, they are told only to those who may run the operation. */
  mistakes: readonly FieldError[];
}

/** Together, texts of this many characters; their trees take some hundred times as much memory. */
const maxCached = 256 * 1024;
const rules = [...new Set([...specifiedRules, ...recommendedRules])].filter((rule) => rule !== ValuesOfCorrectTypeRule);

function asGraphQLError(error: AppError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error });
}

const listOf = (names: readonly string[]): string => names.slice(0, 10).join(', ') || 'only one without a name';

/** The one way from the text of a GraphQL operation to what may be executed, for HTTP, server-sent events and WebSockets. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #byText = new Map<string, ReadyDocument>();
  readonly #ready = new WeakMap<DocumentNode, ReadyDocument>();
  readonly #texts = new WeakMap<DocumentNode, string>();
  #characters = 0;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Throws a GraphQLError for what is too long or no GraphQL. */
  parse(text: string): DocumentNode {
    const known = this.#byText.get(text);
    if (known) {
      // The one used last is forgotten last.
      this.#byText.delete(text);
      this.#byText.set(text, known);
      return known.document;
    }
    if (text.length > documentLimits.characters) throw asGraphQLError(tooComplex('characters', text.length));
    let document: DocumentNode;
    try {
      document = parse(text, { maxTokens: documentLimits.tokens });
    } catch (error) {
      throw error instanceof GraphQLError && error.message.includes('tokens. Parsing aborted')
        ? asGraphQLError(tooComplex('tokens'))
        : error;
    }
    this.#texts.set(document, text);
    return document;
  }

  /** Throws a GraphQLError when the document does not have the operation that was asked for. */
  requireOperation(document: DocumentNode, asked: unknown): void {
    const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    const names = operations.flatMap(({ name }) => name?.value ?? []);
    const details = { field: 'operationName', constraint: 'one_of', allowed: names };
    if (typeof asked === 'string' && asked !== '' && !names.includes(asked))
      throw asGraphQLError(
        new AppError(
          'bad_request',
          `The document has no operation ${asked.length > 100 ? 'of that name' : asked}; it has ${listOf(names)}`,
          details,
        ),
      );
    if (!asked && operations.length > 1)
      throw asGraphQLError(
        new AppError('bad_request', `Name one operation of the document in operationName: ${listOf(names)}`, details),
      );
  }

  validate(document: DocumentNode): readonly GraphQLError[] {
    if (this.#ready.has(document)) return [];
    try {
      checkStructure(document);
    } catch (error) {
      if (error instanceof AppError) return [asGraphQLError(error)];
      throw error;
    }
    const errors = validate(this.#schema, document, rules, { maxErrors });
    if (errors.length > 0) return errors;
    const mistakes = literalMistakes(this.#schema, document);
    const ready: ReadyDocument = {
      document,
      cost: costOf(this.#schema, document),
      compiled: mistakes.length === 0 ? compileQuery(this.#schema, document) : undefined,
      mistakes,
    };
    this.#ready.set(document, ready);
    this.#keep(this.#texts.get(document) ?? '', ready);
    return [];
  }

  /** What is known of a document that was validated. */
  ready(document: DocumentNode): ReadyDocument {
    const ready = this.#ready.get(document);
    if (!ready) throw new Error('The document was not validated');
    return ready;
  }

  /**
   * Refuses an operation of a validated document whose values are not of their types or that asks for too much at once;
   * gives its cost. Who may not run it is told that instead, and nothing of what is wrong with it.
   */
  check(
    document: DocumentNode,
    access: Access,
    operationName: string | null | undefined,
    variables: Readonly<Record<string, unknown>>,
  ): number {
    const { mistakes, cost } = this.ready(document);
    const operation = getOperationAST(document, operationName);
    if (!operation) return 1;
    const wrong = [...mistakes, ...variableMistakes(this.#schema, document, operation, variables)];
    const points = cost(operationName, variables);
    const tooDear = !(points <= documentLimits.cost);
    if (wrong.length > 0 || tooDear)
      for (const requirement of requirementsOf(this.#schema, document, operation)) requirement.check(access);
    if (wrong.length > 0) throw validationError(wrong);
    if (tooDear) throw tooComplex('cost', Math.ceil(points));
    return Math.max(1, points);
  }

  #keep(text: string, ready: ReadyDocument): void {
    if (this.#byText.has(text)) return;
    this.#byText.set(text, ready);
    this.#characters += text.length;
    for (const oldest of this.#byText.keys()) {
      if (this.#characters <= maxCached) break;
      this.#byText.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
