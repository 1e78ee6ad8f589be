package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.aws.Routing.Route;
import dev.gantry.controller.http.Handler;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Refusal;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers all AWS services on one path: checks the signature, reads and validates the input by the service's model,
 * calls the service and renders what came of it.
 */
public final class FrontDoor implements Handler {

    private static final Logger log = LoggerFactory.getLogger(FrontDoor.class);
    private static final Pattern READS = Pattern.compile("(Describe|List|Get|Discover).*");

    /**
     * What the door needs of the process around it.
     *
     * @param requestIds a new one with each call
     */
    public record Surroundings(
            Authenticator authenticator,
            AuditLog audit,
            ApiMetrics metrics,
            InstantSource clock,
            Supplier<String> requestIds) {}

    /** What is known of a call so far; for audit and metrics. */
    private static final class Call {

        private final String requestId;
        private String principal = "anonymous";

        Call(String requestId) {
            this.requestId = requestId;
        }
    }

    private final Routing routing;
    private final Surroundings surroundings;

    public FrontDoor(List<AwsService> services, Surroundings surroundings) {
        this.routing = new Routing(services);
        this.surroundings = surroundings;
    }

    @Override
    public HttpResponse handle(HttpRequest request) throws InterruptedException {
        Call call = new Call(surroundings.requestIds().get());
        Optional<Route> route = routing.find(request);
        String operation = route.map(Route::action).orElse("unknown");
        Protocol protocol = route.map(Route::protocol).orElse(Routing.DEFAULT_PROTOCOL);
        ApiMetrics.Sample sample = surroundings.metrics().start(operation);
        int status = 500;
        String outcome = "OK";
        HttpResponse answer;
        try {
            answer = answer(request, route, call);
            status = answer.status();
        } catch (AwsException e) {
            answer = protocol.error(e, call.requestId);
            status = answer.status();
            outcome = e.code();
        } finally {
            sample.stop(status);
        }
        audit(request, call, operation, outcome);
        return answer;
    }

    @Override
    public HttpResponse refuse(Refusal refusal, String requestId) {
        return Routing.DEFAULT_PROTOCOL.error(Refusals.of(refusal), requestId);
    }

    private HttpResponse answer(HttpRequest request, Optional<Route> found, Call call) throws InterruptedException {
        Authenticator.Proof proof = surroundings.authenticator().prove(request, call.requestId);
        Caller caller = proof.caller();
        call.principal = caller.principalArn();
        Route route = found.orElseThrow(() -> routing.unknown(request));
        proof.requireService(route.model().signingName());
        requirePlainBody(request);
        JsonNode input = route.protocol().read(route.operation(), request);
        route.operation()
                .input()
                .ifPresent(shape -> Validator.require(
                        input, shape, Refusals.constraintCode(route.model().signingName())));
        try {
            Output output = route.service().call(route.operation().name(), input, caller);
            return route.protocol().write(route.operation(), output, call.requestId);
        } catch (AwsException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw Refusals.of(e, route, call.requestId);
        }
    }

    /** What is packed could be a bomb, and no AWS client packs requests to the services here. */
    private static void requirePlainBody(HttpRequest request) {
        String encoding = request.headers().first("Content-Encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new AwsException(
                    "MalformedHttpRequestException",
                    "Gantry does not take a body with Content-Encoding " + Shown.text(encoding));
        }
    }

    /** Calls that change nothing leave a trace only when they were denied. */
    private void audit(HttpRequest request, Call call, String operation, String outcome) {
        String name = operation.substring(operation.indexOf(':') + 1);
        boolean reads = READS.matcher(name).matches();
        if (reads && !Refusals.denied(outcome)) {
            return;
        }
        AuditLog.Entry entry = new AuditLog.Entry(
                surroundings.clock().instant(),
                call.principal,
                operation,
                request.remoteAddress(),
                call.requestId,
                outcome);
        try {
            surroundings.audit().record(entry);
        } catch (IOException e) {
            // The call has happened already: its answer goes out, and the process log keeps the entry instead.
            log.error("the audit log cannot be written; the entry is {}", entry, e);
        }
    }
}
