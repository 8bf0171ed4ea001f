// What Rust calls. Every function throws only what derives from std::exception; the bridge makes a Result of it.
#pragma once

#include <cstdint>
#include <memory>

#include "rust/cxx.h"

namespace jpki_face {

struct Detection;
struct Point;
struct Rect;

class Engine {
public:
    Engine(rust::Slice<const uint8_t> shape, rust::Slice<const uint8_t> network);
    ~Engine();
    rust::Vec<Detection> detect(rust::Slice<const uint8_t> rgb, uint32_t width, uint32_t height, bool upsample);
    void landmarks(rust::Slice<const uint8_t> rgb, uint32_t width, uint32_t height, Rect face,
                   rust::Slice<Point> points) const;
    void align(rust::Slice<const uint8_t> rgb, uint32_t width, uint32_t height, rust::Slice<const Point> points,
               rust::Slice<uint8_t> aligned) const;
    void describe(rust::Slice<const uint8_t> aligned, rust::Slice<float> descriptor);

private:
    struct Parts;
    std::unique_ptr<Parts> parts;
};

std::unique_ptr<Engine> load(rust::Slice<const uint8_t> shape, rust::Slice<const uint8_t> network);

}  // namespace jpki_face
