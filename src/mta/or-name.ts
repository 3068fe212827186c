import * as asn1js from "asn1js";
import { ProtocolFault } from "./octets.ts";
import { constructed, type Element, find, isTagged, malformed, membersOf, required, text, textOf } from "./ber.ts";

/** The administration management domain that an MTA belongs to (X.411 section 8.2.1.1.1.1; F.401): country and ADMD, mostly a PRMD too. */
export type Domain = {
  /** ISO 3166, two letters. */
  readonly country: string;
  /** A blank stands for any, as F.401 has it. */
  readonly admd: string;
  readonly prmd: string | null;
};

/** Whom a message is from or for: the attributes of a mnemonic O/R address (F.401 annex B) that are in use, printable ASCII. */
export type OrName = Domain & {
  readonly organization: string | null;
  /** At most four, the largest first. */
  readonly orgUnits: readonly string[];
  readonly surname: string | null;
  readonly givenName: string | null;
  readonly initials: string | null;
};

const what = "an O/R name that is none of X.411";
/** Upper bounds of X.411 annex B: ub-country-name-numeric-length, ub-domain-name-length, and the largest of the rest. */
const bounds = { country: 3, domain: 16, attribute: 64 } as const;
const tags = {
  orName: 0,
  country: 1,
  admd: 2,
  domain: 3,
  prmd: 2,
  organization: 3,
  personalName: 5,
  orgUnits: 6,
} as const;
const personal = { surname: 0, givenName: 1, initials: 2 } as const;

/** `GlobalDomainIdentifier ::= [APPLICATION 3] SEQUENCE { CountryName, ADMDName, PRMDIdentifier OPTIONAL }`. */
export function encodeDomain({ country, admd, prmd }: Domain): Element {
  const prmdName = prmd === null ? [] : [printable(prmd)];
  return constructed(tags.domain, [...countryAndAdmd(country, admd), ...prmdName], "application");
}

export function decodeDomain(element: Element): Domain {
  if (!isTagged(element, tags.domain, "application")) throw malformed(what);
  const members = membersOf(element, what);
  const prmd = members.find((member) => isTagged(member, 19, "universal") || isTagged(member, 18, "universal"));
  return { ...decodeCountryAndAdmd(members), prmd: prmd === undefined ? null : bounded(textOf(prmd, what), "domain") };
}

/** `ORName ::= [APPLICATION 0] SEQUENCE { StandardAttributeList, … }` (X.411 figure 2, X.411-1984 figure 6). */
export function encodeOrName(name: OrName): Element {
  return constructed(tags.orName, [attributes(name)], "application");
}

function attributes({ country, admd, prmd, organization, orgUnits, surname, givenName, initials }: OrName): Element {
  const person = Object.entries({ surname, givenName, initials }).flatMap(([key, value]) =>
    value === null ? [] : [text(personal[key as keyof typeof personal], value)],
  );
  return new asn1js.Sequence({
    value: [
      ...countryAndAdmd(country, admd),
      ...(prmd === null ? [] : [constructed(tags.prmd, [printable(prmd)])]),
      ...(organization === null ? [] : [text(tags.organization, organization)]),
      ...(person.length === 0 ? [] : [constructed(tags.personalName, person)]),
      ...(orgUnits.length === 0 ? [] : [constructed(tags.orgUnits, orgUnits.map(printable))]),
    ],
  });
}

export function decodeOrName(element: Element): OrName {
  if (!isTagged(element, tags.orName, "application")) throw malformed(what);
  const [list] = membersOf(element, what);
  const members = membersOf(required(list, what), what);
  const prmd = find(members, tags.prmd);
  const organization = find(members, tags.organization);
  const person = find(members, tags.personalName);
  const units = find(members, tags.orgUnits);
  const parts = person === undefined ? [] : membersOf(person, what);
  const part = (tag: number): string | null => {
    const found = find(parts, tag);
    return found === undefined ? null : bounded(textOf(found, what), "attribute");
  };
  return {
    ...decodeCountryAndAdmd(members),
    prmd: prmd === undefined ? null : innerText(prmd, "domain"),
    organization: organization === undefined ? null : bounded(textOf(organization, what), "attribute"),
    orgUnits: units === undefined ? [] : membersOf(units, what).map((unit) => bounded(textOf(unit, what), "attribute")),
    surname: part(personal.surname),
    givenName: part(personal.givenName),
    initials: part(personal.initials),
  };
}

function countryAndAdmd(country: string, admd: string): Element[] {
  return [
    constructed(tags.country, [printable(country)], "application"),
    constructed(tags.admd, [printable(admd)], "application"),
  ];
}

function decodeCountryAndAdmd(members: readonly Element[]): { country: string; admd: string } {
  return {
    country: innerText(required(find(members, tags.country, "application"), what), "country"),
    admd: innerText(required(find(members, tags.admd, "application"), what), "domain"),
  };
}

/** Each of these is a CHOICE of two strings, so that its tag is explicit. */
function innerText(element: Element, kind: keyof typeof bounds): string {
  const [inner] = membersOf(element, what);
  return bounded(textOf(required(inner, what), what), kind);
}

function bounded(value: string, kind: keyof typeof bounds): string {
  if (value.length <= bounds[kind]) return value;
  throw new ProtocolFault("too-large", `an attribute of ${value.length} characters in an O/R name`);
}

function printable(value: string): Element {
  return new asn1js.PrintableString({ value });
}
