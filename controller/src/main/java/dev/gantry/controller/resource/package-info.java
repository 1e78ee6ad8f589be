/**
 * The kinds that the store holds, their indexes and the life cycle of workloads. Pure; knows no
 * API.
 */
@NullMarked
package dev.gantry.controller.resource;

import org.jspecify.annotations.NullMarked;
