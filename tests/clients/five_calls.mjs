// The five calls of the Segment API with fetch; prints the body of each answer on a line of its own.
const [base, publicKey, secretKey, segment, email] = process.argv.slice(2);

async function call(method, path, form) {
  const body = form && new FormData();
  for (const [name, value] of Object.entries(form ?? {})) body.append(name, value);
  const headers = { PublicKey: publicKey, SecretKey: secretKey };
  const answer = await fetch(`${base}/${path}`, { method, headers, body });
  const text = await answer.text();
  console.log(text);
  return text;
}

await call("GET", "segment/list");
await call("GET", `segment/email/list?segment_id=${segment}`);
const person = { segment_id: segment, first_name: "Zoë", last_name: 'O"Neil; & Söhne', email };
await call("POST", "segment/email/store", person);
const rows = JSON.parse(await call("GET", `segment/email/list?segment_id=${segment}`)).message.contactEmails;
// A number above 2^53 would be rounded here, and the next call would not find it.
const recipient = rows.find((row) => row.email === email).id;
await call("DELETE", `segment/email/delete?segment_recipient_id=${recipient}`);
await call("DELETE", `segment/delete?segment_id=${segment}`);
await call("GET", `segment/email/list?segment_id=${segment}`);
await call("DELETE", `segment/delete?segment_id=${segment}`);
