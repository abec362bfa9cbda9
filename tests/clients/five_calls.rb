# The five calls of the Segment API with Net::HTTP; prints the body of each answer on a line of its own.
require "json"
require "net/http"

BASE, PUBLIC, SECRET, SEGMENT, EMAIL = ARGV

def call(kind, path, form = nil)
  url = URI("#{BASE}/#{path}")
  request = kind.new(url)
  request["PublicKey"] = PUBLIC
  request["SecretKey"] = SECRET
  request.set_form(form, "multipart/form-data") if form
  body = Net::HTTP.new(url.host, url.port).request(request).body
  puts body
  body
end

call(Net::HTTP::Get, "segment/list")
call(Net::HTTP::Get, "segment/email/list?segment_id=#{SEGMENT}")
person = [["segment_id", SEGMENT], ["first_name", "Zoë"], ["last_name", 'O"Neil; & Söhne'], ["email", EMAIL]]
call(Net::HTTP::Post, "segment/email/store", person)
rows = JSON.parse(call(Net::HTTP::Get, "segment/email/list?segment_id=#{SEGMENT}"))["message"]["contactEmails"]
recipient = rows.find { |row| row["email"] == EMAIL }["id"]
call(Net::HTTP::Delete, "segment/email/delete?segment_recipient_id=#{recipient}")
call(Net::HTTP::Delete, "segment/delete?segment_id=#{SEGMENT}")
call(Net::HTTP::Get, "segment/email/list?segment_id=#{SEGMENT}")
call(Net::HTTP::Delete, "segment/delete?segment_id=#{SEGMENT}")
