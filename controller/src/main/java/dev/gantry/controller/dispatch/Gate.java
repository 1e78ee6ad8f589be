package dev.gantry.controller.dispatch;

import dev.gantry.store.Store;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stands before every method: asks {@link Admission}, and tells the method who calls. */
final class Gate implements ServerInterceptor {

    /** The caller's node id from its certificate; empty for Join. */
    static final Context.Key<String> NODE_ID = Context.keyWithDefault("node-id", "");

    /** The caller's address without the port. */
    static final Context.Key<String> ADDRESS = Context.keyWithDefault("address", "unknown");

    private static final Logger log = LoggerFactory.getLogger(Gate.class);

    private final Store store;
    private final InstantSource clock;

    Gate(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        Optional<X509Certificate> certificate = certificate(call);
        String address = address(call);
        Optional<Status> refusal = Admission.refusal(method, certificate, store.snapshot(), clock.instant());
        if (refusal.isPresent()) {
            log.warn("{} from {} is refused: {}", method, address, refusal.get().getDescription());
            call.close(refusal.get(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current()
                .withValue(NODE_ID, certificate.flatMap(Admission::nodeId).orElse(""))
                .withValue(ADDRESS, address);
        return Contexts.interceptCall(context, call, headers, next);
    }

    private static Optional<X509Certificate> certificate(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? Optional.of(leaf) : Optional.empty();
        } catch (SSLPeerUnverifiedException _) {
            // The caller has no certificate, which is right for joining.
            return Optional.empty();
        }
    }

    private static String address(ServerCall<?, ?> call) {
        SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return remote instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "unknown";
    }
}
