package dev.gantry.store.etcd;

import dev.gantry.store.UnavailableException;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Makes the client, so that no call of it can wait for longer than the deadline. */
final class Connection {

    /** A page of records and a run of watch events must fit; etcd itself sends no more than its own limits allow. */
    private static final int INBOUND_BYTES_MAX = 256 << 20;

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
    private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(5);

    private Connection() {}

    /** Does not wait for the cluster to be reachable. */
    static Client open(EtcdSettings settings) {
        ClientBuilder builder = Client.builder()
                .endpoints(settings.endpoints())
                // A call that waits for a connection could be sent long after its caller gave up.
                .waitForReady(false)
                .keepaliveTime(KEEP_ALIVE)
                .keepaliveTimeout(KEEP_ALIVE_TIMEOUT)
                .keepaliveWithoutCalls(true)
                .connectTimeout(settings.deadline())
                .maxInboundMessageSize(INBOUND_BYTES_MAX)
                .interceptor(new Deadline(settings.deadline()));
        settings.credentials()
                .ifPresent(
                        credentials -> builder.user(bytes(credentials.user())).password(bytes(credentials.password())));
        settings.tls().ifPresent(tls -> secure(builder, tls));
        return builder.build();
    }

    private static void secure(ClientBuilder builder, EtcdSettings.Tls tls) {
        try {
            SslContextBuilder context =
                    GrpcSslContexts.forClient().trustManager(tls.authority().toFile());
            tls.identity()
                    .ifPresent(own -> context.keyManager(
                            own.certificate().toFile(), own.key().toFile()));
            builder.sslContext(context.build());
        } catch (SSLException | IllegalArgumentException e) {
            throw new UnavailableException("cannot use the certificates for etcd (" + tls + "): " + e.getMessage(), e);
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    /** Ends each single call; a write sooner, so that there is time to send it again when its answer got lost. */
    private record Deadline(Duration longest) implements ClientInterceptor {

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            if (method.getType() != MethodDescriptor.MethodType.UNARY) {
                return next.newCall(method, options);
            }
            boolean read = "Range".equals(method.getBareMethodName());
            long nanos = read ? longest.toNanos() : longest.toNanos() / 3;
            return next.newCall(method, options.withDeadlineAfter(nanos, TimeUnit.NANOSECONDS));
        }
    }
}
