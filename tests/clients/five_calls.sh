#!/bin/sh
# The five calls of the Segment API with curl; prints the body of each answer on a line of its own.
set -eu
base=$1 public=$2 secret=$3 segment=$4 email=$5

call() {
    curl --silent --show-error --header "PublicKey: $public" --header "SecretKey: $secret" "$@"
    echo
}

call "$base/segment/list"
call "$base/segment/email/list?segment_id=$segment"
# --form would take what follows a semicolon for the part's type; --form-string takes a value as it is.
call --request POST --form "segment_id=$segment" --form 'first_name=Zoë' --form-string 'last_name=O"Neil; & Söhne' \
    --form "email=$email" "$base/segment/email/store"
found=$(call "$base/segment/email/list?segment_id=$segment")
echo "$found"
recipient=$(echo "$found" | sed -n 's/.*{"id":\([0-9]*\),[^{}]*"email":"'"$email"'".*/\1/p')
call --request DELETE "$base/segment/email/delete?segment_recipient_id=$recipient"
call --request DELETE "$base/segment/delete?segment_id=$segment"
call "$base/segment/email/list?segment_id=$segment"
call --request DELETE "$base/segment/delete?segment_id=$segment"
