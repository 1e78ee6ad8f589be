package dev.gantry.controller.reconcile;

import dev.gantry.store.Versioned;
import java.util.Optional;

/** Says on whose authority a loop writes. */
@FunctionalInterface
public interface Guard {

    /**
     * The record that must be unchanged for any write to hold; empty when nothing may be written
     * now.
     */
    Optional<? extends Versioned<?>> current();
}
