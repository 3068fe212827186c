import { Webhook as Verifier } from "standardwebhooks";
import { expect, test } from "vitest";
import { signedHeaders, newSecret } from "../../src/control-plane/webhooks/signature.ts";

/** The example of the specification's libraries. */
const example = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  message: { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: '{"test": 2432232314}' },
  at: 1_614_265_330_000,
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};

test("WH2: the signature is the one of the specification's example", async () => {
  expect(await signedHeaders(example.message, [example.secret], example.at)).toEqual({
    "webhook-id": example.message.id,
    "webhook-timestamp": "1614265330",
    "webhook-signature": example.signature,
  });
});

test("WH2: each secret signs, with a space between, and text beyond ASCII is signed as UTF-8", async () => {
  const secrets = [newSecret(), newSecret()];
  const message = { id: "msg_x_1", body: '{"sentence":"Zürich → 東京"}' };
  const headers = await signedHeaders(message, secrets, Date.now());
  for (const secret of secrets)
    expect(new Verifier(secret).verify(message.body, headers)).toEqual(JSON.parse(message.body));
  expect(() => new Verifier(newSecret()).verify(message.body, headers)).toThrow();
});

test("WH10: no two secrets are the same, and each has the 24 to 64 octets that the specification takes", () => {
  const secrets = Array.from({ length: 50 }, newSecret);
  expect(new Set(secrets).size).toBe(50);
  for (const secret of secrets) expect(Buffer.from(secret.slice("whsec_".length), "base64")).toHaveLength(32);
});
