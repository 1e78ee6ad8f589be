package dev.gantry.controller.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Socket;
import dev.gantry.controller.http.SocketHandler;
import dev.gantry.controller.session.Conversation;
import dev.gantry.controller.session.SocketClient;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Resize;
import dev.gantry.proto.Workload;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code GET /_gantry/v1/exec/CLUSTER/TASK} as a WebSocket: a command in a container. Binary messages, whose first byte
 * tells what follows: 0 input, 1 output, 2 error output, 3 the terminal's size as JSON, 4 the end as JSON, 5 no more input.
 */
final class ExecSocket implements SocketHandler {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration IDLE = Duration.ofMinutes(15);
    private static final int COMMAND_WORDS_MAX = 256;

    private final Admission admission;
    private final NodeChannels channels;

    ExecSocket(Admission admission, NodeChannels channels) {
        this.admission = admission;
        this.channels = channels;
    }

    @Override
    public void handle(HttpRequest request, Socket socket) throws InterruptedException, ClientGoneException {
        AgentChannel channel;
        try {
            admission.admit(request);
            Optional<HttpResponse> elsewhere = channels.elsewhere(request);
            if (elsewhere.isPresent()) {
                socket.refuse(elsewhere.get());
                return;
            }
            channel = open(Target.of(request));
        } catch (RuntimeException e) {
            socket.refuse(Answers.refusal(e));
            return;
        }
        try (channel) {
            socket.accept();
            Conversation.hold(channel, new SocketClient(socket, new Kinds(), IDLE), true);
        }
    }

    private AgentChannel open(Target target) throws InterruptedException {
        if (target.all("command").isEmpty() || target.all("command").size() > COMMAND_WORDS_MAX) {
            throw new IllegalArgumentException("command must have 1 to " + COMMAND_WORDS_MAX + " words");
        }
        Workload workload = channels.placed(target.segment(1), target.segment(2));
        ExecRequest.Builder exec = ExecRequest.newBuilder()
                .setScope(workload.getScope())
                .setWorkloadId(workload.getId())
                .setContainer(NodeChannels.container(workload, target.text("container")))
                .addAllCommand(target.all("command"))
                .setTerminal(target.flag("tty"))
                .setStdin(target.flag("stdin"));
        return channels.open(workload, OpenChannel.newBuilder().setExec(exec).build());
    }

    /** The first bytes of messages. */
    private static final class Kinds implements SocketClient.Dialect {

        private static final byte STDIN = 0;
        private static final byte SIZE = 3;
        private static final byte END = 4;
        private static final byte STDIN_CLOSED = 5;

        @Override
        public Optional<Frame> hear(byte kind, ByteString content) {
            Frame.Builder frame = Frame.newBuilder();
            return Optional.of(
                    switch (kind) {
                        case STDIN -> frame.setStdin(content).build();
                        case SIZE ->
                            frame.setResize(resize(content.toStringUtf8())).build();
                        case STDIN_CLOSED -> frame.setStdinClosed(true).build();
                        default -> throw new IllegalArgumentException("no such kind of message: " + kind);
                    });
        }

        @Override
        public byte end() {
            return END;
        }

        @Override
        public ByteString end(Finished how) {
            return ByteString.copyFromUtf8(JSON.createObjectNode()
                    .put("exitCode", how.getExitCode())
                    .put("error", how.getError())
                    .toString());
        }
    }

    private static Resize resize(String json) {
        try {
            JsonNode size = JSON.readTree(json);
            return Resize.newBuilder()
                    .setColumns(size.path("columns").asInt())
                    .setRows(size.path("rows").asInt())
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a size: " + json, e);
        }
    }
}
