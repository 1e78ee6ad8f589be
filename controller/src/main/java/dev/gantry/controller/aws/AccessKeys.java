package dev.gantry.controller.aws;

import java.util.Optional;

/** Looks up who may sign requests. */
@FunctionalInterface
public interface AccessKeys {

    Optional<AccessKey> find(String accessKeyId);
}
