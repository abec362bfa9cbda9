<?php
// The five calls of the Segment API with PHP's curl; prints the body of each answer on a line of its own.
[, $base, $public, $secret, $segment, $email] = $argv;

function call(string $method, string $path, ?array $form = null): string
{
    global $base, $public, $secret;
    $curl = curl_init("$base/$path");
    curl_setopt($curl, CURLOPT_CUSTOMREQUEST, $method);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    curl_setopt($curl, CURLOPT_HTTPHEADER, ["PublicKey: $public", "SecretKey: $secret"]);
    if ($form !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $form); // an array is sent as multipart/form-data
    }
    $body = curl_exec($curl);
    if ($body === false) {
        fwrite(STDERR, curl_error($curl));
        exit(1);
    }
    echo $body, "\n";
    return $body;
}

call('GET', 'segment/list');
call('GET', "segment/email/list?segment_id=$segment");
$person = ['segment_id' => $segment, 'first_name' => 'Zoë', 'last_name' => 'O"Neil; & Söhne', 'email' => $email];
call('POST', 'segment/email/store', $person);
$rows = json_decode(call('GET', "segment/email/list?segment_id=$segment"))->message->contactEmails;
foreach ($rows as $row) {
    if ($row->email === $email) {
        call('DELETE', "segment/email/delete?segment_recipient_id={$row->id}");
    }
}
call('DELETE', "segment/delete?segment_id=$segment");
call('GET', "segment/email/list?segment_id=$segment");
call('DELETE', "segment/delete?segment_id=$segment");
