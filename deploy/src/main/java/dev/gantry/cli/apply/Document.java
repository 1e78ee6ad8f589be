package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One checked document.
 *
 * @param id     the object that it declares
 * @param alias  its {@code metadata.name}, by which other documents may call it
 * @param spec   request members as written, with the object's name filled in
 * @param source file and line, for messages
 */
public record Document(ObjectId id, String alias, ObjectNode spec, String source) {

    public Kind kind() {
        return id.kind();
    }
}
