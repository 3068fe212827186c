-- Asks in turn with each of the headers of a file, for one token may ask so often and no more; prints what came of it as JSON.
-- Arguments: the method, the path, the file of headers, one a line, and the body's text, which may be left out.
local requests = {}
local at = 0

function init(args)
  local method, path, headers, body = args[1], args[2], args[3], args[4]
  for header in io.lines(headers) do
    local name, value = header:match("^([^:]+): (.+)$")
    wrk.headers[name] = value
    if body then wrk.headers["Content-Type"] = "application/json" end
    requests[#requests + 1] = wrk.format(method, path, nil, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50":%d,"p99":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
