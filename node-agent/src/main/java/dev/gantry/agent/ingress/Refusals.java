package dev.gantry.agent.ingress;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/** Answers of the node itself. */
final class Refusals {

    private static final int PERMANENT_REDIRECT = 308;

    private Refusals() {}

    /** Does nothing for a client that is gone. */
    static void answer(HttpServerRequest request, int status, String why) {
        HttpServerResponse response = request.response();
        if (!response.closed() && !response.ended()) {
            response.setStatusCode(status)
                    .putHeader("Content-Type", "text/plain; charset=utf-8")
                    .putHeader("X-Content-Type-Options", "nosniff");
            end(request, status + ": " + why + "\n");
        }
    }

    static void redirect(HttpServerRequest request, String location) {
        request.response().setStatusCode(PERMANENT_REDIRECT).putHeader("Location", location);
        end(request, "");
    }

    /** Nobody reads what else the client has to say. */
    private static void end(HttpServerRequest request, String text) {
        boolean isOver = !Heads.hasBody(request.headers()) || request.version() == HttpVersion.HTTP_2;
        HttpServerResponse response = request.response();
        if (isOver) {
            response.end(text);
            request.resume();
        } else {
            response.putHeader("Connection", "close");
            response.end(text).onComplete(_ -> request.connection().close());
        }
    }
}
