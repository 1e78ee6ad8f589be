package dev.gantry.agent.ingress;

import dev.gantry.agent.ingress.Backend.Endpoint;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way to an endpoint, and the answer on its way back, each no faster than the other side takes it. Another endpoint is tried only
 * where no connection could be made: then nobody has seen anything of the request.
 */
final class Exchange {

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);
    private static final long CONNECT_MS = 3_000;
    private static final long SILENCE_MS = 60_000;
    private static final int SWITCHING = 101;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int BAD_GATEWAY = 502;
    private static final int UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;

    private final HttpClient client;
    private final HttpServerRequest request;
    private final String target;
    private final int port;
    private final List<Endpoint> order;
    private boolean over;

    /**
     * @param target path and query
     * @param port   at which the request came
     * @param order  the endpoints to be tried
     */
    Exchange(HttpClient client, HttpServerRequest request, String target, int port, List<Endpoint> order) {
        this.client = client;
        this.request = request;
        this.target = target;
        this.port = port;
        this.order = order;
    }

    void begin() {
        connect(0);
    }

    private void connect(int attempt) {
        Endpoint endpoint = order.get(attempt);
        client.request(new RequestOptions()
                        .setMethod(request.method())
                        .setHost(endpoint.address())
                        .setPort(endpoint.port())
                        .setURI(target)
                        .setConnectTimeout(CONNECT_MS))
                .onComplete(this::send, failure -> unconnected(attempt, failure));
    }

    private void unconnected(int attempt, Throwable failure) {
        log.debug("{} does not take a connection: {}", order.get(attempt), failure.getMessage());
        if (failure instanceof ConnectionPoolTooBusyException) {
            Refusals.answer(request, UNAVAILABLE, "too many requests wait for the service");
        } else if (attempt + 1 < order.size()) {
            connect(attempt + 1);
        } else {
            int status = failure instanceof ConnectTimeoutException ? GATEWAY_TIMEOUT : BAD_GATEWAY;
            Refusals.answer(request, status, "the service takes no connection");
        }
    }

    private void send(HttpClientRequest upstream) {
        if (request.response().closed()) {
            upstream.reset();
            return;
        }
        request.response().closeHandler(_ -> abandon(upstream)).exceptionHandler(_ -> abandon(upstream));
        upstream.exceptionHandler(failure -> log.debug("a request broke: {}", failure.getMessage()));
        String host = request.getHeader("Host");
        HostAndPort authority = request.authority();
        String asked = host != null ? host : authority == null ? "" : authority.toString();
        Heads.request(request, asked, port, upstream.headers());
        if (Heads.isUpgrade(request)) {
            upgrade(upstream);
            return;
        }
        upstream.response().onComplete(response -> answer(upstream, response), failure -> broken(upstream, failure));
        boolean isFramed = request.version() == HttpVersion.HTTP_2;
        if (isFramed && !request.headers().contains("Content-Length")) {
            sendFrames(upstream);
        } else if (Heads.hasBody(request.headers())) {
            upstream.setChunked(request.headers().contains("Transfer-Encoding"));
            sendBody(upstream);
        } else {
            upstream.end();
            sent(upstream);
            request.resume();
        }
    }

    /** HTTP/2 says in no header whether there is a body: what comes first tells. */
    private void sendFrames(HttpClientRequest upstream) {
        request.handler(first -> {
            request.pause();
            upstream.setChunked(true);
            upstream.write(first);
            sendBody(upstream);
        });
        request.endHandler(_ -> {
            upstream.end();
            sent(upstream);
        });
        request.resume();
    }

    private void sendBody(HttpClientRequest upstream) {
        request.pipe().endOnFailure(false).to(upstream).onComplete(_ -> sent(upstream), _ -> abandon(upstream));
    }

    /** Now it is the server's turn; while there was a body to be sent, only the connection's own bound held. */
    private void sent(HttpClientRequest upstream) {
        if (!over) {
            upstream.idleTimeout(SILENCE_MS);
        }
    }

    private void answer(HttpClientRequest upstream, HttpClientResponse from) {
        HttpServerResponse to = request.response();
        if (to.closed()) {
            abandon(upstream);
            return;
        }
        to.setStatusCode(from.statusCode());
        if (request.version() != HttpVersion.HTTP_2) {
            to.setStatusMessage(from.statusMessage());
        }
        Heads.response(from.headers(), to.headers());
        boolean isEmpty = request.method().equals(HttpMethod.HEAD)
                || from.statusCode() == NO_CONTENT
                || from.statusCode() == NOT_MODIFIED;
        boolean isOpen = !isEmpty && !from.headers().contains("Content-Length");
        if (isOpen && request.version() == HttpVersion.HTTP_1_1) {
            to.setChunked(true);
        }
        from.pipe().endOnFailure(false).to(to).onComplete(_ -> over = true, failure -> cutOff(upstream, failure));
    }

    /** The client must not take what it has for the whole. */
    private void cutOff(HttpClientRequest upstream, Throwable failure) {
        log.debug("an answer was cut off: {}", failure.getMessage());
        abandon(upstream);
        request.response().reset();
    }

    private void broken(HttpClientRequest upstream, Throwable failure) {
        log.debug("there was no answer: {}", failure.getMessage());
        abandon(upstream);
        int status = failure instanceof TimeoutException ? GATEWAY_TIMEOUT : BAD_GATEWAY;
        Refusals.answer(request, status, "the service did not answer");
    }

    /** The connection to the server is not used any more. */
    private void abandon(HttpClientRequest upstream) {
        if (!over) {
            over = true;
            upstream.reset();
        }
    }

    /** To WebSockets, or whatever both sides agree on: from then on they exchange bytes. */
    private void upgrade(HttpClientRequest upstream) {
        upstream.putHeader("Connection", "Upgrade").putHeader("Upgrade", request.getHeader("Upgrade"));
        upstream.connect()
                .onComplete(
                        response -> {
                            if (response.statusCode() == SWITCHING) {
                                join(response);
                            } else {
                                request.resume();
                                answer(upstream, response);
                            }
                        },
                        failure -> broken(upstream, failure));
        sent(upstream);
    }

    private void join(HttpClientResponse response) {
        over = true;
        NetSocket server = response.netSocket();
        server.pause();
        HttpServerResponse to = request.response().setStatusCode(SWITCHING);
        Heads.response(response.headers(), to.headers());
        to.putHeader("Connection", "Upgrade").putHeader("Upgrade", response.getHeader("Upgrade"));
        request.toNetSocket()
                .onComplete(
                        socket -> {
                            socket.pipeTo(server).onFailure(_ -> server.close());
                            server.pipeTo(socket).onFailure(_ -> socket.close());
                        },
                        failure -> {
                            log.debug("a client cannot switch protocols: {}", failure.getMessage());
                            server.close();
                        });
    }
}
