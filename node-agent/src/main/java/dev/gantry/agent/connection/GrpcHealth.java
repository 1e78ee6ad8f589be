package dev.gantry.agent.connection;

import dev.gantry.agent.HealthInquiry;
import dev.gantry.proto.ServingAnswer;
import dev.gantry.proto.ServingAnswer.Serving;
import dev.gantry.proto.ServingQuestion;
import io.grpc.CallOptions;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks the health service of gRPC, without TLS as upstream does, each time over a connection of its own. */
public final class GrpcHealth implements HealthInquiry {

    static final MethodDescriptor<ServingQuestion, ServingAnswer> CHECK =
            MethodDescriptor.<ServingQuestion, ServingAnswer>newBuilder()
                    .setType(MethodType.UNARY)
                    .setFullMethodName("grpc.health.v1.Health/Check")
                    .setRequestMarshaller(ProtoUtils.marshaller(ServingQuestion.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(ServingAnswer.getDefaultInstance()))
                    .build();

    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    @Override
    public Optional<String> trouble(String host, int port, String service, Duration patience) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(host, port), InsecureChannelCredentials.create())
                .maxInboundMessageSize(ANSWER_BYTES_MAX)
                .userAgent("kube-probe/1.32")
                .proxyDetector(_ -> null)
                .disableRetry()
                .build();
        try {
            CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
            ServingAnswer answer = ClientCalls.blockingUnaryCall(
                    channel,
                    CHECK,
                    options,
                    ServingQuestion.newBuilder().setService(service).build());
            return answer.getStatus() == Serving.SERVING
                    ? Optional.empty()
                    : Optional.of("service unhealthy (responded with \"" + answer.getStatus() + "\")");
        } catch (StatusRuntimeException e) {
            return Optional.of(words(e, host + ":" + port, patience));
        } finally {
            channel.shutdownNow();
        }
    }

    private static String words(StatusRuntimeException e, String address, Duration patience) {
        Status status = e.getStatus();
        return switch (status.getCode()) {
            case UNIMPLEMENTED ->
                "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): "
                        + status.getDescription();
            case DEADLINE_EXCEEDED -> "timeout: health rpc did not complete within " + patience.toSeconds() + "s";
            default -> "error: health rpc probe of " + address + " failed: " + Wire.words(e);
        };
    }
}
