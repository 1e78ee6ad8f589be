package dev.gantry.controller.http;

/**
 * A whole request, read within the limits.
 *
 * @param target        path and query as they came, percent encoded: what signatures cover
 * @param path          decoded, without the query
 * @param remoteAddress of the client, without its port
 * @param secure        came over TLS
 */
public record HttpRequest(
        String method, String target, String path, Headers headers, Body body, String remoteAddress, boolean secure) {

    /** The query as it came, without its question mark; empty when there is none. */
    public String query() {
        int question = target.indexOf('?');
        return question < 0 ? "" : target.substring(question + 1);
    }
}
