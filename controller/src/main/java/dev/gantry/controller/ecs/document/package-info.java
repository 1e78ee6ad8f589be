/**
 * What all of the ECS API shares: ARNs as values, documents as JSON in the API's shape, tags, the words of refusals. Decides
 * nothing about tasks or services.
 */
@NullMarked
package dev.gantry.controller.ecs.document;

import org.jspecify.annotations.NullMarked;
