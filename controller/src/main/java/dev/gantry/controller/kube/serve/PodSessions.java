package dev.gantry.controller.kube.serve;

import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.Socket;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.serve.spdy.SpdyConnection;
import dev.gantry.controller.kube.serve.tunnel.PortChannels;
import dev.gantry.controller.kube.serve.tunnel.PortConnection;
import dev.gantry.controller.kube.serve.tunnel.PortTunnel;
import dev.gantry.controller.session.Conversation;
import dev.gantry.controller.session.SocketClient;
import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.OpenChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The subresources {@code exec}, {@code attach} and {@code portforward}, over WebSockets and over SPDY. */
final class PodSessions {

    /** For WebSockets. */
    static final List<String> SOCKET_PROTOCOLS =
            List.of("v5.channel.k8s.io", "v4.channel.k8s.io", PortTunnel.SOCKET_PROTOCOL);

    static final String SPDY = "SPDY/3.1";

    private static final String PORT_FORWARD = "portforward";
    private static final String VERSION = "X-Stream-Protocol-Version";
    private static final Duration IDLE = Duration.ofHours(4);
    private static final int COMMAND_WORDS_MAX = 1024;

    private final PodChannels channels;
    private final InstantSource clock;

    PodSessions(PodChannels channels, InstantSource clock) {
        this.channels = channels;
        this.clock = clock;
    }

    void overWebSocket(Call call, Socket socket) throws InterruptedException, ClientGoneException {
        if (isPortForward(call)) {
            List<Integer> named = ports(call);
            PortConnection.Connector connector = channels.ports(call);
            socket.accept();
            if (named.isEmpty()) {
                PortTunnel.serve(socket, pod(call), connector);
            } else {
                PortChannels.serve(socket, pod(call), named, connector);
            }
            return;
        }
        PodChannels.Chosen chosen = channels.choose(call);
        try (AgentChannel channel = channels.open(chosen, request(call, chosen))) {
            socket.accept();
            SocketClient client = new SocketClient(socket, new ChannelDialect(), IDLE);
            Conversation.hold(channel, client, endsInput(call, chosen));
        }
    }

    void overSpdy(Call call, Socket socket) throws InterruptedException, ClientGoneException {
        if (isPortForward(call)) {
            Optional<String> agreed = agree(call, List.of(PortTunnel.PROTOCOL));
            PortConnection.Connector connector = channels.ports(call);
            socket.accept(answer(agreed));
            PortTunnel.serve(socket, pod(call), connector);
            return;
        }
        PodChannels.Chosen chosen = channels.choose(call);
        OpenChannel request = request(call, chosen);
        Optional<String> agreed = agree(call, CommandProtocol.texts());
        CommandProtocol protocol = CommandProtocol.of(agreed);
        Set<String> streams = streams(call, protocol);
        try (AgentChannel channel = channels.open(chosen, request)) {
            socket.accept(answer(agreed));
            try (SpdyConnection connection = new SpdyConnection(socket)) {
                SpdyClient client = new SpdyClient(connection, streams, protocol, IDLE, clock);
                if (client.open()) {
                    Conversation.hold(channel, client, endsInput(call, chosen));
                }
            }
        }
    }

    private static String pod(Call call) {
        return call.target().objectName().name();
    }

    private static boolean isPortForward(Call call) {
        return call.target().subresource().equals(PORT_FORWARD);
    }

    /** The first one that both sides know; empty when the client names none. */
    private static Optional<String> agree(Call call, List<String> known) {
        List<String> named = call.http().headers().all(VERSION).stream()
                .flatMap(values -> Arrays.stream(values.split(",")))
                .map(String::strip)
                .toList();
        Optional<String> agreed = named.stream().filter(known::contains).findFirst();
        if (agreed.isEmpty() && !named.isEmpty()) {
            throw KubeRefusal.badRequest("unable to negotiate protocol: client supports " + named + ", server accepts "
                    + known + " as the header " + VERSION);
        }
        return agreed;
    }

    private static Headers answer(Optional<String> agreed) {
        return agreed.map(protocol -> Headers.of(VERSION, protocol)).orElse(Headers.NONE);
    }

    /** Those that a client opens for what it asks. */
    private static Set<String> streams(Call call, CommandProtocol protocol) {
        boolean isTerminal = call.query().flag("tty");
        Set<String> streams = new HashSet<>(Set.of(SpdyClient.ERROR));
        if (call.query().flag("stdin")) {
            streams.add(SpdyClient.STDIN);
        }
        if (call.query().flag("stdout")) {
            streams.add(SpdyClient.STDOUT);
        }
        // A terminal has one output.
        if (call.query().flag("stderr") && !isTerminal) {
            streams.add(SpdyClient.STDERR);
        }
        if (isTerminal && protocol.takesSizes()) {
            streams.add(SpdyClient.RESIZE);
        }
        return streams;
    }

    private static boolean endsInput(Call call, PodChannels.Chosen chosen) {
        return !isAttach(call) || chosen.spec().getInteractiveOnce();
    }

    /** For a client that asks for an ordinary answer: what is wrong with its request, or with the way. */
    KubeRefusal refusal(Call call) {
        if (!isPortForward(call)) {
            OpenChannel _ = request(call, channels.choose(call));
        }
        return KubeRefusal.badRequest("Upgrade request required: "
                + call.target().subresource() + " is served over WebSockets and over " + SPDY);
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
}
