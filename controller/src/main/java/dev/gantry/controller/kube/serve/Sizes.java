package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.proto.Frame;
import dev.gantry.proto.Resize;

/** Sizes of terminals, as clients say them. */
final class Sizes {

    private Sizes() {}

    /** @throws java.io.UncheckedIOException for what is no JSON */
    static Frame frame(ByteString json) {
        JsonNode size = Json.read(json);
        return Frame.newBuilder()
                .setResize(Resize.newBuilder()
                        .setColumns(size.path("Width").asInt())
                        .setRows(size.path("Height").asInt()))
                .build();
    }
}
