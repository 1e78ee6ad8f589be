/**
 * Resources of ECS as objects of the Kubernetes API, in the shape of the AWS Controllers for Kubernetes: drawn from the
 * records of ECS, and written by its operations. The one place that knows both front ends; it stores nothing of its own
 * but what only this API has, in a field of the same record.
 */
@NullMarked
package dev.gantry.controller.ack;

import org.jspecify.annotations.NullMarked;
