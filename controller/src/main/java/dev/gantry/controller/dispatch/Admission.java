package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.AgentsGrpc;
import dev.gantry.store.Snapshot;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who may call which method. Pure. */
final class Admission {

    private static final String JOIN = AgentsGrpc.getJoinMethod().getFullMethodName();
    private static final String RENEW = AgentsGrpc.getRenewMethod().getFullMethodName();
    private static final Pattern SUBJECT = Pattern.compile("CN=([0-9a-f]{32})");

    private Admission() {}

    /** The node that a certificate, which our authority issued, is of. */
    static Optional<String> nodeId(X509Certificate certificate) {
        Matcher matcher = SUBJECT.matcher(certificate.getSubjectX500Principal().getName());
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Why the call is refused; empty when it is not. */
    static Optional<Status> refusal(String method, Optional<X509Certificate> certificate, Snapshot image, Instant now) {
        if (method.equals(JOIN)) {
            return Optional.empty();
        }
        Optional<String> nodeId = certificate.flatMap(Admission::nodeId);
        if (certificate.isEmpty() || nodeId.isEmpty()) {
            return Optional.of(Status.UNAUTHENTICATED.withDescription("a node's certificate is needed; join first"));
        }
        boolean expired = certificate.get().getNotAfter().toInstant().isBefore(now);
        if (expired && !method.equals(RENEW)) {
            return Optional.of(Status.UNAUTHENTICATED.withDescription(
                    "the node's certificate expired at " + certificate.get().getNotAfter() + "; renew it first"));
        }
        if (Registration.isRefused(image.get(Kinds.NODE.key("", nodeId.get())))) {
            return Optional.of(Status.PERMISSION_DENIED.withDescription(
                    "node " + nodeId.get() + " was deregistered; to make its machine a new node, remove the"
                            + " agent's data directory and join again with a new token"));
        }
        return Optional.empty();
    }
}
