import type { z } from "zod";
import type { Caller, PersonCaller, Role, Scope } from "../access/index.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/**
 * Who may call a route. There is no default: a route without it does not compile.
 * `operators`: a token with the scope, a person with one of the roles, and the machine unless it is
 * excluded (what binds persons). `employees`: everybody who signed in. `anybody`: without sign-in.
 */
export type Access =
  | {
      readonly kind: "operators";
      readonly scope: Scope | undefined;
      readonly roles: readonly Role[];
      readonly machine: boolean;
    }
  | { readonly kind: "employees" }
  | { readonly kind: "anybody" };

type Operators = Extract<Access, { kind: "operators" }>;

/** Reading: every token that may read, administrators, auditors, the machine. */
export const READERS: Operators = {
  kind: "operators",
  scope: "read",
  roles: ["administrator", "auditor"],
  machine: true,
};

/** Seeing what would be done. */
export const PLANNERS: Operators = {
  kind: "operators",
  scope: "plan",
  roles: ["administrator"],
  machine: true,
};

/** Having it done. */
export const APPLIERS: Operators = {
  kind: "operators",
  scope: "apply",
  roles: ["administrator"],
  machine: true,
};

/** What binds a person: no token can, and not the machine. */
export const ADMINISTRATORS: Operators = {
  kind: "operators",
  scope: undefined,
  roles: ["administrator"],
  machine: false,
};

/** Making and ending tokens: the machine, so that there is a first one, and administrators; never a token. */
export const TOKEN_KEEPERS: Operators = {
  kind: "operators",
  scope: undefined,
  roles: ["administrator"],
  machine: true,
};

export function mayCall(access: Access, caller: Caller | undefined): boolean {
  if (access.kind === "anybody") return true;
  if (caller === undefined) return false;
  if (access.kind === "employees") return caller.kind === "person";
  switch (caller.kind) {
    case "machine":
      return access.machine;
    case "token":
      return access.scope !== undefined && caller.scopes.includes(access.scope);
    case "person":
      return caller.roles.some((role) => access.roles.includes(role));
  }
}

/** One answer that a route may give. */
export type AnswerSpec = {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Of a body that is no JSON. */
  readonly contentType?: string;
};

export type Answer = {
  readonly status: number;
  /** JSON; or bytes, whose content type is in the headers. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

type Schemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
};

type Common = {
  readonly method: Method;
  /** As OpenAPI writes it: `/plans/{hash}`. */
  readonly path: string;
  readonly tag: string;
  /** One line for the document. */
  readonly summary: string;
  readonly description?: string;
  /** By status; errors that every route may give (400, 401, 403, 429 …) are added by the document. */
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** The largest body that is read, as `body-parser` writes it. */
  readonly bodyLimit?: string;
  /** Whether an answer holds a secret: then it is not kept for an `Idempotency-Key` that comes again. */
  readonly secret?: boolean;
};

export type Input<P, Q, B> = { readonly params: P; readonly query: Q; readonly body: B };

/** A route as the server and the document see it. */
export type Route = Common &
  Schemas<z.ZodType, z.ZodType, z.ZodType> & {
    readonly access: Access;
    readonly handle: (input: Input<unknown, unknown, unknown>, caller: Caller) => Promise<Answer>;
  };

type HandlerOf<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, C> = (
  input: Input<z.output<P>, z.output<Q>, z.output<B>>,
  caller: C,
) => Promise<Answer>;

const ANONYMOUS: Caller = { kind: "token", id: "nobody", scopes: [] };

/**
 * Defines a route for operators, or for anybody. What it is given was validated by its schemas.
 *
 * @throws HttpProblem from `handle`, as the answer
 */
export function defineRoute<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(
  spec: Common &
    Schemas<P, Q, B> & {
      readonly access: Exclude<Access, { kind: "employees" }>;
      readonly handle: HandlerOf<P, Q, B, Caller>;
    },
): Route {
  return { ...spec, handle: (input, caller) => spec.handle(validated<P, Q, B>(input), caller) };
}

/** Defines a route of the employee's door: whoever signed in, and nobody else. */
export function defineEmployeeRoute<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(spec: Common & Schemas<P, Q, B> & { readonly handle: HandlerOf<P, Q, B, PersonCaller> }): Route {
  return {
    ...spec,
    access: { kind: "employees" },
    async handle(input, caller) {
      if (caller.kind !== "person") throw new Error("The door let in somebody who is no person.");
      return spec.handle(validated<P, Q, B>(input), caller);
    },
  };
}

/** The server parsed these parts with the very schemas of the route. */
function validated<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  input: Input<unknown, unknown, unknown>,
): Input<z.output<P>, z.output<Q>, z.output<B>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above; zod's own type is lost on the way
  return input as Input<z.output<P>, z.output<Q>, z.output<B>>;
}

export { ANONYMOUS };
