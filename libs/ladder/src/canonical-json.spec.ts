import { canonicalJson } from './canonical-json.js';

/** RFC 8785, JSON Canonicalization Scheme. */
describe('canonical JSON', () => {
  it('is that of the example of RFC 8785, 3.2.2 and 3.2.3', () => {
    const input = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalJson(input)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts members by UTF-16 code units, as the example of 3.2.3', () => {
    const input = JSON.parse(String.raw`{
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }`) as object;
    const members = Object.keys(JSON.parse(canonicalJson(input)) as object);
    const names = canonicalJson(input)
      .match(/"[^"]*"(?=:)/g)!
      .map((name) => JSON.parse(name) as string);
    expect(names).toStrictEqual(['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']);
    expect(new Set(members)).toStrictEqual(new Set(Object.keys(input)));
  });

  it.each([
    ['0000000000000000', 0, '0'],
    ['8000000000000000', -0, '0'],
    ['0000000000000001', 5e-324, '5e-324'],
    ['7fefffffffffffff', 1.7976931348623157e308, '1.7976931348623157e+308'],
    ['4340000000000000', 9007199254740992, '9007199254740992'],
    ['444b1ae4d6e2ef50', 1e21, '1e+21'],
    ['3eb0c6f7a0b5ed8d', 0.000001, '0.000001'],
    ['41b3de4355555555', 333333333.33333325, '333333333.33333325'],
  ])('writes the number %s of appendix B', (_bits, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('sorts at every depth, and keeps the order of arrays', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 1], a: {} })).toBe('{"a":{},"b":[{"c":2,"d":1},1]}');
  });

  it('leaves out what is undefined, as JSON does', () => {
    expect(canonicalJson({ b: undefined, a: null })).toBe('{"a":null}');
    expect(canonicalJson([undefined, 1])).toBe('[null,1]');
  });
});
