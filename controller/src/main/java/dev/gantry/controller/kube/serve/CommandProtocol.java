package dev.gantry.controller.kube.serve;

import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.proto.Finished;
import java.util.List;
import java.util.Optional;

/** What clients of SPDY may agree on for {@code exec} and {@code attach}; each has what those below it have. */
enum CommandProtocol {
    /** Tells exit codes. */
    V4("v4.channel.k8s.io"),
    /** Takes sizes of terminals. */
    V3("v3.channel.k8s.io"),
    V2("v2.channel.k8s.io"),
    /** Also of those who do not say. */
    V1("channel.k8s.io");

    private final String text;

    CommandProtocol(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    static List<String> texts() {
        return List.of(values()).stream().map(CommandProtocol::text).toList();
    }

    static CommandProtocol of(Optional<String> agreed) {
        return List.of(values()).stream()
                .filter(protocol -> agreed.equals(Optional.of(protocol.text)))
                .findFirst()
                .orElse(V1);
    }

    boolean takesSizes() {
        return compareTo(V3) <= 0;
    }

    /** What the client reads in the stream of errors. */
    ByteString ending(Finished how) {
        if (this == V4) {
            return Json.bytes(Endings.status(how));
        }
        boolean isGood = how.getError().isEmpty() && how.getExitCode() == 0;
        return isGood
                ? ByteString.EMPTY
                : ByteString.copyFromUtf8(Endings.status(how).path("message").asText());
    }
}
