package dev.gantry.agent.ingress;

import dev.gantry.agent.ingress.Backend.Endpoint;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the requests of one server, and sends each on its way or answers why it cannot. */
final class Forwarder {

    private static final Logger log = LoggerFactory.getLogger(Forwarder.class);
    private static final int USUAL_SECURE_PORT = 443;

    private final HttpClient client;
    private final Rules rules;
    private final int port;

    /**
     * What forwarders share.
     *
     * @param table      the newest one
     * @param securePort where requests are taken with TLS; 0 for nowhere
     */
    record Rules(Supplier<IngressTable> table, Turns turns, IntSupplier securePort) {}

    /** @param port of its server */
    Forwarder(HttpClient client, Rules rules, int port) {
        this.client = client;
        this.rules = rules;
        this.port = port;
    }

    void take(HttpServerRequest request) {
        request.pause();
        try {
            lead(request);
        } catch (RuntimeException e) {
            log.error("a request failed", e);
            Refusals.answer(request, 500, "the node failed; the agent's log says why");
        }
    }

    private void lead(HttpServerRequest request) {
        String raw = request.path();
        Optional<String> path = raw == null ? Optional.empty() : RequestPath.plain(raw);
        if (request.authority() == null || path.isEmpty() || request.method().equals(HttpMethod.CONNECT)) {
            Refusals.answer(request, 400, "the request has no host, or no path");
            return;
        }
        String host = withoutDot(request.authority().host().toLowerCase(Locale.ROOT));
        IngressTable table = rules.table().get();
        int securePort = rules.securePort().getAsInt();
        if (!request.isSSL() && securePort != 0 && table.isRedirected(host)) {
            String shown = securePort == USUAL_SECURE_PORT ? host : host + ":" + securePort;
            Refusals.redirect(request, "https://" + shown + target(request));
            return;
        }
        Optional<Backend> backend = table.find(host, path.get());
        if (backend.isEmpty()) {
            Refusals.answer(request, 404, "no ingress has a rule for this host and path");
            return;
        }
        List<Endpoint> order = rules.turns().next(backend.get());
        if (order.isEmpty()) {
            Refusals.answer(request, 503, "nobody serves behind the service of this host and path");
            return;
        }
        new Exchange(client, request, target(request), port, order).begin();
    }

    private static String withoutDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /** Also proxies are asked for whole addresses, and servers behind are not. */
    private static String target(HttpServerRequest request) {
        String path = request.path();
        if (path == null || request.uri().startsWith("/")) {
            return request.uri();
        }
        return request.query() == null ? path : path + "?" + request.query();
    }
}
