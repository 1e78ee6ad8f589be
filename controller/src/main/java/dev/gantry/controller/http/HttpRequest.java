package dev.gantry.controller.http;

import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * A whole request, read within the limits.
 *
 * @param target        path and query as they came, percent encoded: what signatures cover
 * @param path          decoded, without the query
 * @param remoteAddress of the client, without its port
 * @param secure        came over TLS
 * @param certificate   that the client has proved to be its own
 */
public record HttpRequest(
        String method,
        String target,
        String path,
        Headers headers,
        Body body,
        String remoteAddress,
        boolean secure,
        Optional<X509Certificate> certificate) {

    public HttpRequest(
            String method,
            String target,
            String path,
            Headers headers,
            Body body,
            String remoteAddress,
            boolean secure) {
        this(method, target, path, headers, body, remoteAddress, secure, Optional.empty());
    }

    /** The query as it came, without its question mark; empty when there is none. */
    public String query() {
        int question = target.indexOf('?');
        return question < 0 ? "" : target.substring(question + 1);
    }
}
