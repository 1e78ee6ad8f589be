package dev.gantry.controller.operations;

import static java.nio.charset.StandardCharsets.UTF_8;

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
            Thread input = Thread.startVirtualThread(() -> forwardInput(socket, channel));
            try {
                forwardOutput(channel, socket);
            } finally {
                input.interrupt();
            }
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

    /** Ends the channel when the client is gone or silent, which ends the command's output too. */
    private static void forwardInput(Socket socket, AgentChannel channel) {
        try {
            while (true) {
                Optional<Socket.Message> message = socket.receive(IDLE);
                if (message.isEmpty()) {
                    break;
                }
                if (message.get() instanceof Socket.Message.Binary(var body) && body.length() > 0) {
                    if (!channel.send(frame(ByteString.copyFrom(body.bytes())))) {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (ClientGoneException | IllegalArgumentException e) {
            // The other side of the session learns of it by the closed channel.
        }
        channel.close();
    }

    private static Frame frame(ByteString message) {
        ByteString rest = message.substring(1);
        return switch (message.byteAt(0)) {
            case 0 -> Frame.newBuilder().setStdin(rest).build();
            case 3 -> Frame.newBuilder().setResize(resize(rest.toStringUtf8())).build();
            case 5 -> Frame.newBuilder().setStdinClosed(true).build();
            default -> throw new IllegalArgumentException("no such kind of message: " + message.byteAt(0));
        };
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

    private static void forwardOutput(AgentChannel channel, Socket socket)
            throws InterruptedException, ClientGoneException {
        for (Optional<Frame> next = channel.receive(); next.isPresent(); next = channel.receive()) {
            Frame frame = next.get();
            switch (frame.getFrameCase()) {
                case STDOUT -> send(socket, 1, frame.getStdout());
                case STDERR -> send(socket, 2, frame.getStderr());
                case FINISHED -> {
                    finish(socket, frame.getFinished());
                    return;
                }
                case CHANNEL_ID, STDIN, RESIZE, STATS, STDIN_CLOSED, FRAME_NOT_SET -> {}
            }
        }
        String error = channel.failure().orElse("the connection to the node ended");
        finish(socket, Finished.newBuilder().setExitCode(-1).setError(error).build());
    }

    private static void finish(Socket socket, Finished finished) throws InterruptedException, ClientGoneException {
        String json = JSON.createObjectNode()
                .put("exitCode", finished.getExitCode())
                .put("error", finished.getError())
                .toString();
        send(socket, 4, ByteString.copyFrom(json, UTF_8));
        socket.close(1000, "");
    }

    private static void send(Socket socket, int kind, ByteString bytes)
            throws InterruptedException, ClientGoneException {
        byte[] message = new byte[bytes.size() + 1];
        message[0] = (byte) kind;
        bytes.copyTo(message, 1);
        socket.sendBinary(message);
    }
}
