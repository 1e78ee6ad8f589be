package dev.gantry.cli.client;

import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.controller.aws.SigV4;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** Sends signed requests and follows a redirect to the leader. Says in three lines why a server cannot be reached. */
public final class Wire {

    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration HANDSHAKE_MAX = Duration.ofSeconds(30);
    private static final int REDIRECT = 307;
    private static final int REDIRECTS_MAX = 3;

    private final Settings settings;
    private final Clock clock;
    private final HttpClient http;

    public Wire(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_MAX);
        Path ca = settings.caFile();
        if (ca != null && "https".equals(settings.endpoint().getScheme())) {
            builder.sslContext(trusting(ca));
        }
        this.http = builder.build();
    }

    /**
     * One request.
     *
     * @param service that the signature is scoped to
     * @param target  path and query, percent encoded
     * @param timeout until the answer's headers are there
     */
    record Call(
            String service, String method, String target, Map<String, String> headers, byte[] body, Duration timeout) {}

    HttpResponse<InputStream> send(Call call) throws InterruptedException {
        URI endpoint = settings.endpoint();
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            HttpResponse<InputStream> response = sendTo(endpoint.resolve(call.target()), call);
            if (response.statusCode() != REDIRECT) {
                return response;
            }
            endpoint = leader(endpoint, response);
            discard(response);
        }
        throw noLeader();
    }

    /** Opens a session with whichever controller leads: the others send the handshake on to it. */
    WebSocket open(String service, String target, WebSocket.Listener listener) throws InterruptedException {
        URI endpoint = settings.endpoint();
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            URI uri = endpoint.resolve(target);
            try {
                return handshake(uri, service, listener);
            } catch (WebSocketHandshakeException e) {
                HttpResponse<?> response = e.getResponse();
                if (response.statusCode() != REDIRECT) {
                    throw Answers.refusal("exec", response, body(response));
                }
                endpoint = leader(endpoint, response);
            }
        }
        throw noLeader();
    }

    private WebSocket handshake(URI uri, String service, WebSocket.Listener listener)
            throws InterruptedException, WebSocketHandshakeException {
        WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(HANDSHAKE_MAX);
        signature(uri, new Call(service, "GET", uri.getRawPath(), Map.of(), new byte[0], HANDSHAKE_MAX))
                .forEach(builder::header);
        URI socket = URI.create(uri.toString().replaceFirst("^http", "ws"));
        try {
            return builder.buildAsync(socket, listener).get(HANDSHAKE_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw unreachable(uri, "the server did not answer within " + HANDSHAKE_MAX.toSeconds() + " s");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                throw refused;
            }
            throw e.getCause() instanceof IOException io
                    ? unreachable(uri, io)
                    : unreachable(uri, String.valueOf(e.getCause()));
        }
    }

    private static URI leader(URI endpoint, HttpResponse<?> response) {
        URI uri = endpoint.resolve(response.headers().firstValue("Location").orElse("/"));
        return URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
    }

    private Failure noLeader() {
        return new Failure(
                Exit.ERROR,
                "no leader answered at " + settings.endpoint(),
                "each controller sent the request on to another one",
                "wait a few seconds until a leader is elected, then try again");
    }

    private static byte[] body(HttpResponse<?> response) {
        return switch (response.body()) {
            case byte[] bytes -> bytes;
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            case null, default -> new byte[0];
        };
    }

    private HttpResponse<InputStream> sendTo(URI uri, Call call) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(call.timeout());
        call.headers().forEach(request::header);
        signature(uri, call).forEach(request::header);
        request.method(
                call.method(),
                call.body().length == 0
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(call.body()));
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (HttpTimeoutException e) {
            throw unreachable(uri, "no answer within " + call.timeout().toSeconds() + " s");
        } catch (IOException e) {
            throw unreachable(uri, e);
        }
    }

    private Map<String, String> signature(URI uri, Call call) {
        SigV4.Request request = SigV4.Request.to(uri, call.method(), call.headers(), call.body());
        return new LinkedHashMap<>(SigV4.sign(
                request,
                new SigV4.Credentials(settings.accessKeyId(), settings.secretAccessKey(), settings.sessionToken()),
                new SigV4.Scope(settings.region(), call.service()),
                clock.instant()));
    }

    private static void discard(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new Failure(
                    Exit.ERROR,
                    "lost the connection to " + response.uri(),
                    String.valueOf(e.getMessage()),
                    "try again");
        }
    }

    private Failure unreachable(URI uri, IOException e) {
        return switch (e) {
            case ConnectException _ -> unreachable(uri, "nothing listens there");
            case SSLException _ -> unreachable(uri, "its certificate is not trusted: " + e.getMessage());
            default -> unreachable(uri, String.valueOf(e.getMessage()));
        };
    }

    private Failure unreachable(URI uri, String why) {
        String certificates = settings.caFile() == null && "https".equals(uri.getScheme())
                ? "set AWS_CA_BUNDLE to the server's authority, see `gantry env`"
                : "check that `gantry up` or `gantry server` runs, then `gantry doctor`";
        return new Failure(
                Exit.ERROR,
                "cannot reach the API at " + uri.getScheme() + "://" + uri.getRawAuthority(),
                why,
                certificates);
    }

    private static SSLContext trusting(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, Authorities.read(in), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new Failure(
                    Exit.ERROR,
                    "cannot use the certificates in " + file,
                    String.valueOf(e.getMessage()),
                    "AWS_CA_BUNDLE must name a readable file with certificates in PEM form");
        }
    }
}
