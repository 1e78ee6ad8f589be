package dev.gantry.controller.http;

/** Why the edge answers by itself, without or in place of the handler. */
public enum Refusal {
    MALFORMED(400, "The request is not valid HTTP."),
    TOO_SLOW(408, "The request did not arrive in time."),
    BODY_TOO_LARGE(413, "The request body is too large."),
    TOO_OFTEN(429, "Requests come from this address more often than they may; try again later."),
    HEADERS_TOO_LARGE(431, "The request has too many header fields."),
    FAILED(500, "The request failed because of an error in Gantry; its log has the cause under this request id."),
    OVERLOADED(503, "Too many requests are in flight; try again later."),
    DEADLINE(503, "The request took too long and was given up; what it asked for may have happened.");

    private final int status;
    private final String message;

    Refusal(int status, String message) {
        this.status = status;
        this.message = message;
    }

    /** The HTTP status, unless the front end's protocol has another one. */
    public int status() {
        return status;
    }

    public String message() {
        return message;
    }
}
