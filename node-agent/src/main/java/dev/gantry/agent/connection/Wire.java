package dev.gantry.agent.connection;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** Makes connections to controllers, and words for what goes wrong on them. */
final class Wire {

    /** A full set of a busy node, with room. */
    private static final int MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

    private Wire() {}

    /** For a node that has its certificate. */
    static ManagedChannel connect(HostPort controller, NodeIdentity identity, InstantSource clock) {
        return connect(
                controller,
                TlsChannelCredentials.newBuilder()
                        .keyManager(identity.keyManagers())
                        .trustManager(ControllerTrust.of(identity.authority(), clock))
                        .build());
    }

    /** For a machine that is about to join. */
    static ManagedChannel connect(Invitation invitation, InstantSource clock) {
        return connect(
                invitation.controller(),
                TlsChannelCredentials.newBuilder()
                        .trustManager(ControllerTrust.pinned(invitation.fingerprint(), clock))
                        .build());
    }

    private static ManagedChannel connect(HostPort controller, ChannelCredentials credentials) {
        return NettyChannelBuilder.forAddress(controller.host(), controller.port(), credentials)
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .disableRetry()
                .build();
    }

    /** What the other side said, or what is between it and us, down to the cause that a person can act on. */
    static String words(Throwable failure) {
        Status status = Status.fromThrowable(failure);
        Throwable root = status.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        String said = status.getDescription();
        if (root != null
                && root.getMessage() != null
                && !(root instanceof StatusException)
                && !(root instanceof StatusRuntimeException)) {
            return said == null ? root.getMessage() : said + ": " + root.getMessage();
        }
        return said == null ? status.getCode().toString() : said;
    }
}
