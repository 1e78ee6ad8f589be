package dev.gantry.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.ServingAnswer;
import dev.gantry.proto.ServingAnswer.Serving;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Asks a server that knows three services. */
class GrpcHealthTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Server server;

    @BeforeEach
    void open() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(ServerServiceDefinition.builder("grpc.health.v1.Health")
                        .addMethod(GrpcHealth.CHECK, ServerCalls.asyncUnaryCall((question, answers) -> {
                            switch (question.getService()) {
                                case "mute" -> {}
                                case "unknown" -> answers.onError(Status.NOT_FOUND.asRuntimeException());
                                default -> {
                                    answers.onNext(ServingAnswer.newBuilder()
                                            .setStatus(
                                                    question.getService().equals("ill")
                                                            ? Serving.NOT_SERVING
                                                            : Serving.SERVING)
                                            .build());
                                    answers.onCompleted();
                                }
                            }
                        }))
                        .build())
                .build()
                .start();
    }

    @AfterEach
    void close() {
        server.shutdownNow();
    }

    private Optional<String> trouble(String service, Duration patience) {
        return new GrpcHealth().trouble("127.0.0.1", server.getPort(), service, patience);
    }

    @Test
    void isWellWhenTheServiceServes() {
        assertThat(trouble("", PATIENCE)).isEmpty();
    }

    @Test
    void saysWhatTheServiceSaysOtherwise() {
        assertThat(trouble("ill", PATIENCE)).contains("service unhealthy (responded with \"NOT_SERVING\")");
        assertThat(trouble("unknown", PATIENCE).orElseThrow()).contains("health rpc probe", "failed");
    }

    @Test
    void waitsNoLongerThanItMay() {
        assertThat(trouble("mute", Duration.ofMillis(200))).contains("timeout: health rpc did not complete within 0s");
    }

    @Test
    void tellsWhoDoesNotKnowTheQuestionFromWhoIsNotThere() throws IOException {
        close();
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .build()
                .start();
        assertThat(trouble("", PATIENCE).orElseThrow()).contains("does not implement the grpc health protocol");
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThat(new GrpcHealth().trouble("127.0.0.1", free, "", PATIENCE).orElseThrow())
                .contains("refused");
    }
}
