package dev.gantry.controller.http;

import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Reads requests on the event loop, within the limits, and hands each over to a virtual thread of its own. */
final class Intake {

    private final EdgeLimits limits;
    private final Routes routes;
    private final Supplier<String> requestIds;
    private final Connections connections;
    private final Semaphore inFlight;
    private final Rates rates;
    private final AtomicLong bodiesBytes = new AtomicLong();

    Intake(EdgeLimits limits, Routes routes, Supplier<String> requestIds, Connections connections) {
        this.limits = limits;
        this.routes = routes;
        this.requestIds = requestIds;
        this.connections = connections;
        this.inFlight = new Semaphore(limits.counts().requestsInFlight());
        this.rates = new Rates(limits.counts().requestsPerSecond(), System::nanoTime);
    }

    void take(HttpServerRequest request) {
        connections.busy(request.connection());
        Exchange exchange = new Exchange(request, requestIds.get(), limits, connections);
        Optional<String> path = decodedPath(request);
        Optional<Routes.Endpoint> endpoint = path.flatMap(found -> routes.find(found, upgrade(request)));
        endpoint.ifPresent(exchange::speakAs);
        if (path.isEmpty() || malformed(request)) {
            exchange.refuseAndClose(Refusal.MALFORMED);
        } else if (request.headers().size() > limits.sizes().headerFields()) {
            exchange.refuseAndClose(Refusal.HEADERS_TOO_LARGE);
        } else if (declaredLength(request) > limits.sizes().body()) {
            exchange.refuseAndClose(Refusal.BODY_TOO_LARGE);
        } else if (endpoint.isEmpty()) {
            exchange.answerAndClose(PlainAnswers.notFound(exchange.id()));
        } else if (endpoint.get() instanceof Routes.Endpoint.Upgraded) {
            // It has no body, and the upgrade needs the request unread: nothing of the connection is read until then.
            request.pause();
            handOver(request, path.get(), exchange, endpoint.get(), new BodyReader(limits, bodiesBytes));
        } else {
            read(request, path.get(), exchange, endpoint.get());
        }
    }

    /** Who sends a body asks for an answer: what follows it would be read as the other protocol. */
    private static Optional<String> upgrade(HttpServerRequest request) {
        if (request.canUpgradeToWebSocket()) {
            return Optional.of(Routes.WEB_SOCKET);
        }
        boolean isAsked = request.headers().getAll("Connection").stream()
                        .flatMap(value -> Arrays.stream(value.split(",")))
                        .anyMatch(option -> option.strip().equalsIgnoreCase("Upgrade"))
                && declaredLength(request) == 0
                && !request.headers().contains("Transfer-Encoding");
        return isAsked
                ? Optional.ofNullable(request.getHeader("Upgrade"))
                        .filter(protocol -> !protocol.equalsIgnoreCase(Routes.WEB_SOCKET))
                : Optional.empty();
    }

    private void read(HttpServerRequest request, String path, Exchange exchange, Routes.Endpoint endpoint) {
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        BodyReader reader = new BodyReader(limits, bodiesBytes);
        exchange.expectBody();
        request.handler(buffer -> {
            if (exchange.answered()) {
                return;
            }
            Optional<Refusal> refusal = reader.add(buffer);
            if (refusal.isPresent()) {
                reader.release();
                exchange.refuseAndClose(refusal.get());
            }
        });
        request.exceptionHandler(_ -> {
            reader.release();
            exchange.clientGone();
        });
        request.endHandler(_ -> {
            if (exchange.answered()) {
                reader.release();
                return;
            }
            exchange.bodyCame();
            handOver(request, path, exchange, endpoint, reader);
        });
        exchange.onTooSlow(reader::release);
    }

    private void handOver(
            HttpServerRequest request, String path, Exchange exchange, Routes.Endpoint endpoint, BodyReader reader) {
        boolean often = !rates.admits(remote(request));
        if (often || !inFlight.tryAcquire()) {
            reader.release();
            exchange.refuse(often ? Refusal.TOO_OFTEN : Refusal.OVERLOADED);
            return;
        }
        exchange.serve(endpoint, neutral(request, path, reader.body()), () -> {
            reader.release();
            inFlight.release();
        });
    }

    private static HttpRequest neutral(HttpServerRequest request, String path, Body body) {
        List<Headers.Field> fields = new ArrayList<>();
        for (Map.Entry<String, String> header : request.headers()) {
            fields.add(new Headers.Field(header.getKey(), unicode(header.getValue())));
        }
        return new HttpRequest(
                request.method().name(),
                request.uri(),
                path,
                Headers.of(fields),
                body,
                remote(request),
                request.isSSL(),
                certificate(request));
    }

    private static String remote(HttpServerRequest request) {
        return request.remoteAddress() == null
                ? ""
                : Optional.ofNullable(request.remoteAddress().hostAddress()).orElse("");
    }

    private static Optional<X509Certificate> certificate(HttpServerRequest request) {
        if (!request.isSSL()) {
            return Optional.empty();
        }
        try {
            Certificate first = request.sslSession().getPeerCertificates()[0];
            return first instanceof X509Certificate certificate ? Optional.of(certificate) : Optional.empty();
        } catch (SSLPeerUnverifiedException _) {
            // It presented none.
            return Optional.empty();
        }
    }

    // HTTP's characters are octets; clients that send text outside ASCII sign and mean UTF-8.
    private static String unicode(String octets) {
        if (octets.chars().allMatch(c -> c < 0x80)) {
            return octets;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException _) {
            return octets;
        }
    }

    private static Optional<String> decodedPath(HttpServerRequest request) {
        String path = request.path();
        if (path == null || !path.startsWith("/") || !path.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            return Optional.empty();
        }
        try {
            String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
            return decoded.indexOf('\0') < 0 ? Optional.of(decoded) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Two ways to tell the body's length are two ways to read the request: a smuggler's tool. */
    private static boolean malformed(HttpServerRequest request) {
        List<String> encodings = request.headers().getAll("Transfer-Encoding");
        boolean strange = encodings.size() > 1
                || (encodings.size() == 1 && !encodings.getFirst().equalsIgnoreCase("chunked"));
        boolean twice = !encodings.isEmpty() && request.headers().contains("Content-Length");
        return strange
                || twice
                || request.headers().getAll("Host").size() > 1
                || request.decoderResult().isFailure();
    }

    private static long declaredLength(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }
}
