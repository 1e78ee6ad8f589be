package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Socket;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.serve.tunnel.PortChannels;
import dev.gantry.controller.kube.serve.tunnel.PortConnection;
import dev.gantry.controller.kube.serve.tunnel.PortTunnel;
import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Resize;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The subresources {@code exec}, {@code attach} and {@code portforward} as WebSockets; the first two of the protocols {@code v4.channel.k8s.io} and {@code
 * v5.channel.k8s.io}: the first byte of each message says which stream it belongs to.
 */
final class PodSessions {

    static final List<String> PROTOCOLS = List.of("v5.channel.k8s.io", "v4.channel.k8s.io", PortTunnel.PROTOCOL);

    private static final String PORT_FORWARD = "portforward";
    private static final byte STDIN = 0;
    private static final byte STDOUT = 1;
    private static final byte STDERR = 2;
    private static final byte ERROR = 3;
    private static final byte RESIZE = 4;
    private static final byte CLOSE = (byte) 255;
    private static final Duration IDLE = Duration.ofHours(4);
    private static final int COMMAND_WORDS_MAX = 1024;

    private final PodChannels channels;

    PodSessions(PodChannels channels) {
        this.channels = channels;
    }

    void serve(Call call, Socket socket) throws InterruptedException, ClientGoneException {
        if (call.target().subresource().equals(PORT_FORWARD)) {
            forward(call, socket);
        } else {
            converse(call, socket);
        }
    }

    private void forward(Call call, Socket socket) throws InterruptedException, ClientGoneException {
        List<Integer> named = ports(call);
        PortConnection.Connector connector = channels.ports(call);
        String pod = call.target().objectName().name();
        socket.accept();
        if (named.isEmpty()) {
            PortTunnel.serve(socket, pod, connector);
        } else {
            PortChannels.serve(socket, pod, named, connector);
        }
    }

    /** Those that a client names which speaks no SPDY. */
    private static List<Integer> ports(Call call) {
        List<String> named = call.query().all("ports").stream()
                .flatMap(text -> Arrays.stream(text.split(",")))
                .toList();
        boolean areGood = named.size() <= PortChannels.PORTS_MAX
                && named.stream()
                        .allMatch(text -> text.matches("\\d{1,5}")
                                && Integer.parseInt(text) > 0
                                && Integer.parseInt(text) < 65_536);
        if (!areGood) {
            throw KubeRefusal.badRequest("the parameter ports must name at most " + PortChannels.PORTS_MAX
                    + " ports of 1 to 65535, was \"" + String.join(",", named) + "\"");
        }
        return named.stream().map(Integer::parseInt).toList();
    }

    private void converse(Call call, Socket socket) throws InterruptedException, ClientGoneException {
        PodChannels.Chosen chosen = channels.choose(call);
        boolean endsInput = !isAttach(call) || chosen.spec().getInteractiveOnce();
        try (AgentChannel channel = channels.open(chosen, request(call, chosen))) {
            socket.accept();
            Thread input = Thread.startVirtualThread(() -> forwardInput(socket, channel, endsInput));
            try {
                forwardOutput(channel, socket);
            } finally {
                input.interrupt();
            }
        }
    }

    /** For a client that asks in another way than by a WebSocket: what is wrong with its request, or with the way. */
    KubeRefusal refusal(Call call) {
        if (!call.target().subresource().equals(PORT_FORWARD)) {
            OpenChannel _ = request(call, channels.choose(call));
        }
        return KubeRefusal.of(
                Reason.BAD_REQUEST,
                "this server serves " + call.target().subresource()
                        + " over WebSockets only: kubectl 1.31 and newer ask so by themselves");
    }

    private static OpenChannel request(Call call, PodChannels.Chosen chosen) {
        OpenChannel.Builder request = OpenChannel.newBuilder();
        return isAttach(call)
                ? request.setAttach(attach(call, chosen)).build()
                : request.setExec(exec(call, chosen)).build();
    }

    private static boolean isAttach(Call call) {
        return call.target().subresource().equals("attach");
    }

    private static AttachRequest attach(Call call, PodChannels.Chosen chosen) {
        AttachRequest request = AttachRequest.newBuilder()
                .setScope(chosen.workload().getScope())
                .setWorkloadId(chosen.workload().getId())
                .setContainer(chosen.container())
                .setStdin(call.query().flag("stdin"))
                .setStdout(call.query().flag("stdout"))
                .setStderr(call.query().flag("stderr"))
                .build();
        if (!request.getStdin() && !request.getStdout() && !request.getStderr()) {
            throw KubeRefusal.badRequest("you must specify at least one of stdin, stdout, stderr");
        }
        return request;
    }

    private static ExecRequest exec(Call call, PodChannels.Chosen chosen) {
        List<String> command = call.query().all("command");
        if (command.isEmpty() || command.size() > COMMAND_WORDS_MAX) {
            throw KubeRefusal.badRequest("you must specify at least 1 command for the container");
        }
        return ExecRequest.newBuilder()
                .setScope(chosen.workload().getScope())
                .setWorkloadId(chosen.workload().getId())
                .setContainer(chosen.container())
                .addAllCommand(command)
                .setTerminal(call.query().flag("tty"))
                .setStdin(call.query().flag("stdin"))
                .build();
    }

    /**
     * Ends the channel when the client is gone or silent, which ends the command's output too.
     *
     * @param endsInput whether the other side hears of the input's end: a container may have more input later
     */
    private static void forwardInput(Socket socket, AgentChannel channel, boolean endsInput) {
        try {
            while (true) {
                Optional<Socket.Message> message = socket.receive(IDLE);
                if (message.isEmpty()) {
                    break;
                }
                Optional<Frame> frame = message.get() instanceof Socket.Message.Binary(var body)
                        ? frame(ByteString.copyFrom(body.bytes()))
                        : Optional.empty();
                boolean wanted =
                        frame.filter(one -> endsInput || !one.getStdinClosed()).isPresent();
                if (wanted && !channel.send(frame.orElseThrow())) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        } catch (ClientGoneException | UncheckedIOException _) {
            // The other side of the session learns of it by the closed channel.
        }
        channel.close();
    }

    private static Optional<Frame> frame(ByteString message) {
        if (message.isEmpty()) {
            return Optional.empty();
        }
        ByteString rest = message.substring(1);
        return switch (message.byteAt(0)) {
            case STDIN ->
                rest.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Frame.newBuilder().setStdin(rest).build());
            case RESIZE ->
                Optional.of(Frame.newBuilder().setResize(resize(rest)).build());
            case CLOSE -> Optional.of(Frame.newBuilder().setStdinClosed(true).build());
            default -> Optional.empty();
        };
    }

    private static Resize resize(ByteString json) {
        JsonNode size = Json.read(json);
        return Resize.newBuilder()
                .setColumns(size.path("Width").asInt())
                .setRows(size.path("Height").asInt())
                .build();
    }

    private static void forwardOutput(AgentChannel channel, Socket socket)
            throws InterruptedException, ClientGoneException {
        for (Optional<Frame> next = channel.receive(); next.isPresent(); next = channel.receive()) {
            Frame frame = next.get();
            switch (frame.getFrameCase()) {
                case STDOUT -> send(socket, STDOUT, frame.getStdout());
                case STDERR -> send(socket, STDERR, frame.getStderr());
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
        send(socket, ERROR, Json.bytes(status(finished)));
        socket.close(1000, "");
    }

    /** How the command ended, in the form that clients read exit codes from. */
    static ObjectNode status(Finished finished) {
        if (!finished.getError().isEmpty()) {
            return KubeRefusal.of(Reason.INTERNAL, finished.getError()).status();
        }
        if (finished.getExitCode() == 0) {
            return Answers.success();
        }
        ObjectNode status = Answers.success();
        status.put("status", "Failure")
                .put("reason", "NonZeroExitCode")
                .put("message", "command terminated with non-zero exit code: " + finished.getExitCode());
        status.putObject("details")
                .putArray("causes")
                .addObject()
                .put("reason", "ExitCode")
                .put("message", Integer.toString(finished.getExitCode()));
        return status;
    }

    private static void send(Socket socket, byte stream, ByteString bytes)
            throws InterruptedException, ClientGoneException {
        byte[] message = new byte[bytes.size() + 1];
        message[0] = stream;
        bytes.copyTo(message, 1);
        socket.sendBinary(message);
    }
}
