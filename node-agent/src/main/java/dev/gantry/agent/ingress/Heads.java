package dev.gantry.agent.ingress;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What of the headers of one side is for the other. */
final class Heads {

    /** Of one connection only. */
    private static final Set<String> OF_THE_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    /** Said of the client by this node, and not to be said by the client itself. */
    private static final Set<String> OF_THE_PROXY = Set.of(
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-forwarded-scheme",
            "x-real-ip");

    private Heads() {}

    /** The client's words for a server. */
    static void request(HttpServerRequest request, String authority, int port, MultiMap to) {
        Set<String> named = named(request.headers());
        for (Map.Entry<String, String> header : request.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean isOurs = name.equals("host") || name.equals("expect") || name.equals("cookie");
            if (!isOurs && !OF_THE_HOP.contains(name) && !OF_THE_PROXY.contains(name) && !named.contains(name)) {
                to.add(header.getKey(), header.getValue());
            }
        }
        List<String> cookies = request.headers().getAll("cookie");
        if (!cookies.isEmpty()) {
            // In HTTP/2 they may come one by one.
            to.set("Cookie", String.join("; ", cookies));
        }
        String scheme = request.isSSL() ? "https" : "http";
        String client = request.remoteAddress().hostAddress();
        to.set("Host", authority)
                .set("X-Real-IP", client)
                .set("X-Forwarded-For", client)
                .set("X-Forwarded-Host", authority)
                .set("X-Forwarded-Port", Integer.toString(port))
                .set("X-Forwarded-Proto", scheme)
                .set("X-Forwarded-Scheme", scheme);
    }

    /** The server's words for a client. */
    static void response(MultiMap from, MultiMap to) {
        Set<String> named = named(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!OF_THE_HOP.contains(name) && !named.contains(name)) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    /** Headers that are of the connection because it says so. */
    private static Set<String> named(MultiMap headers) {
        Set<String> named = new HashSet<>();
        for (String value : headers.getAll("connection")) {
            for (String name : value.split(",", -1)) {
                named.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return named;
    }

    /** Whether a client wants to speak something else from now on; HTTP/2 is between it and this node. */
    static boolean isUpgrade(HttpServerRequest request) {
        String protocol = request.headers().get("upgrade");
        return protocol != null
                && !protocol.equalsIgnoreCase("h2c")
                && named(request.headers()).contains("upgrade")
                && !hasBody(request.headers());
    }

    /** Whether a message has a body, as far as HTTP/1.1 says so. */
    static boolean hasBody(MultiMap headers) {
        String length = headers.get("content-length");
        return headers.contains("transfer-encoding")
                || (length != null && !length.strip().equals("0"));
    }
}
