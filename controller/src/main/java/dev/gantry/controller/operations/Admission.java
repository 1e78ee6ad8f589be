package dev.gantry.controller.operations;

import dev.gantry.controller.http.HttpRequest;

/** Lets a signed request in, or throws what the front door says to an unsigned one. */
@FunctionalInterface
public interface Admission {

    void admit(HttpRequest request);
}
