package dev.gantry.controller.aws;

import dev.gantry.controller.aws.Routing.Route;
import dev.gantry.controller.http.Refusal;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.store.UnavailableException;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes wrong, in the words of AWS. */
final class Refusals {

    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    // Services name a broken constraint of their model differently.
    private static final Map<String, String> CONSTRAINT_CODES = Map.of(
            "ecs", "InvalidParameterException",
            "ecr", "InvalidParameterException",
            "logs", "InvalidParameterException");

    private static final Set<String> DENIALS = Set.of(
            "AccessDeniedException",
            "ExpiredTokenException",
            "IncompleteSignatureException",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "RequestExpired",
            "UnrecognizedClientException");

    private Refusals() {}

    static String constraintCode(String signingName) {
        return CONSTRAINT_CODES.getOrDefault(signingName, "ValidationException");
    }

    static boolean denied(String code) {
        return DENIALS.contains(code);
    }

    static AwsException of(Refusal refusal) {
        return switch (refusal) {
            case MALFORMED -> new AwsException("MalformedHttpRequestException", refusal.message());
            case TOO_SLOW -> new AwsException("RequestTimeoutException", 408, refusal.message());
            case BODY_TOO_LARGE, HEADERS_TOO_LARGE ->
                new AwsException("RequestEntityTooLargeException", 413, refusal.message());
            case FAILED -> new AwsException("InternalFailure", 500, refusal.message());
            case OVERLOADED, TOO_OFTEN -> new AwsException("ThrottlingException", "Rate exceeded");
            case DEADLINE -> new AwsException("ServiceUnavailable", 503, refusal.message());
        };
    }

    /** What a service threw instead of an answer. Bugs are logged here, once. */
    static AwsException of(Throwable failure, Route route, String requestId) {
        return switch (failure) {
            // The JDK throws it for a change of an unchangeable list, which is a bug like any other.
            case UnsupportedOperationException _
            when !thrownByTheJdk(failure) ->
                new AwsException(
                        "UnsupportedFeatureException",
                        "Gantry does not have the operation "
                                + route.operation().name() + " of "
                                + route.model().serviceId() + " yet.");
            case RefusedException refused -> refused(refused, route);
            case UnavailableException away -> {
                log.warn("request {} {}: {}", requestId, route.action(), away.getMessage());
                yield new AwsException("ServiceUnavailable", 503, "Gantry cannot do this now: " + away.getMessage());
            }
            default -> {
                log.error("request {} {} failed", requestId, route.action(), failure);
                String code = route.model().hasShape("ServerException") ? "ServerException" : "InternalFailure";
                yield new AwsException(code, 500, Refusal.FAILED.message());
            }
        };
    }

    private static boolean thrownByTheJdk(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().startsWith("java.");
    }

    private static AwsException refused(RefusedException refused, Route route) {
        String code = switch (refused.reason()) {
            case INVALID -> constraintCode(route.model().signingName());
            case NOT_FOUND -> "ResourceNotFoundException";
            case ALREADY_EXISTS, CONFLICT -> "ConflictException";
            case DENIED -> "AccessDeniedException";
        };
        return new AwsException(code, String.valueOf(refused.getMessage()));
    }
}
