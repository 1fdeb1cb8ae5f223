/**
 * The namespace of every event, account-data and error type that is our own.
 * It names neither a brand nor a city, so that a rebranded town keeps its history.
 */
export const PREFIX = "eu.townhall";
