// dlib's HOG face detector, its 5-point landmarks and its face descriptor, over pictures given as rows of RGB bytes.

#include "face-dlib-sys/cpp/shim.h"

#include <cstring>
#include <istream>
#include <stdexcept>
#include <streambuf>
#include <vector>

#include <dlib/image_processing.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>

#include "face-dlib-sys/cpp/network.h"
#include "face-dlib-sys/src/bridge.rs.h"

namespace jpki_face {

namespace {

constexpr uint32_t max_side = 4096;
constexpr unsigned long landmark_count = 5;
constexpr unsigned long chip_side = 150;
constexpr double chip_padding = 0.25;

using Picture = dlib::matrix<dlib::rgb_pixel>;

// A stream over bytes that stay where they are.
class ByteStream : private std::streambuf, public std::istream {
public:
    explicit ByteStream(rust::Slice<const uint8_t> bytes) : std::istream(static_cast<std::streambuf*>(this)) {
        char* begin = const_cast<char*>(reinterpret_cast<const char*>(bytes.data()));
        setg(begin, begin, begin + bytes.size());
    }
};

Picture picture_of(rust::Slice<const uint8_t> rgb, uint32_t width, uint32_t height) {
    static_assert(sizeof(dlib::rgb_pixel) == 3, "a pixel is three bytes, so rows can be copied");
    if (width == 0 || height == 0 || width > max_side || height > max_side ||
        rgb.size() != static_cast<size_t>(width) * height * 3) {
        throw std::invalid_argument("picture size");
    }
    Picture picture(height, width);
    std::memcpy(static_cast<void*>(&picture(0, 0)), rgb.data(), rgb.size());
    return picture;
}

}  // namespace

struct Engine::Parts {
    dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
    dlib::shape_predictor predictor;
    Network network;
};

Engine::Engine(rust::Slice<const uint8_t> shape, rust::Slice<const uint8_t> network)
    : parts(std::make_unique<Parts>()) {
    ByteStream shape_stream(shape);
    dlib::deserialize(parts->predictor, shape_stream);
    // The model with 68 points excludes commercial use; no other has 5.
    if (parts->predictor.num_parts() != landmark_count) throw std::invalid_argument("shape model without 5 points");
    ByteStream network_stream(network);
    dlib::deserialize(parts->network, network_stream);
}

Engine::~Engine() = default;

std::unique_ptr<Engine> load(rust::Slice<const uint8_t> shape, rust::Slice<const uint8_t> network) {
    return std::make_unique<Engine>(shape, network);
}

rust::Vec<Detection> Engine::detect(rust::Slice<const uint8_t> rgb, uint32_t width, uint32_t height,
                                    bool upsample) {
    Picture picture = picture_of(rgb, width, height);
    dlib::pyramid_down<2> halve;
    if (upsample) dlib::pyramid_up(picture, halve);
    std::vector<dlib::rect_detection> found;
    // A detector keeps what it made of its last picture: a copy keeps it no longer than this call.
    dlib::frontal_face_detector detector = parts->detector;
    detector(picture, found);
    rust::Vec<Detection> detections;
    for (const dlib::rect_detection& one : found) {
        const dlib::rectangle rect = upsample ? dlib::rectangle(halve.rect_down(one.rect)) : one.rect;
        detections.push_back(Detection{
            Rect{static_cast<int32_t>(rect.left()), static_cast<int32_t>(rect.top()),
                 static_cast<int32_t>(rect.right()), static_cast<int32_t>(rect.bottom())},
            one.detection_confidence, static_cast<uint32_t>(one.weight_index)});
    }
    return detections;
}

void Engine::landmarks(rust::Slice<const uint8_t> rgb, uint32_t width, uint32_t height, Rect face,
                       rust::Slice<Point> points) const {
    const Picture picture = picture_of(rgb, width, height);
    const dlib::rectangle rect(face.left, face.top, face.right, face.bottom);
    if (rect.is_empty() || rect.width() > 2 * max_side || rect.height() > 2 * max_side)
        throw std::invalid_argument("face rectangle");
    const dlib::full_object_detection shape = parts->predictor(picture, rect);
    if (points.size() != shape.num_parts()) throw std::invalid_argument("number of points");
    for (unsigned long i = 0; i < shape.num_parts(); ++i) {
        points[i].x = static_cast<int32_t>(shape.part(i).x());
        points[i].y = static_cast<int32_t>(shape.part(i).y());
    }
}

void Engine::align(rust::Slice<const uint8_t> rgb, uint32_t width, uint32_t height,
                   rust::Slice<const Point> points, rust::Slice<uint8_t> aligned) const {
    const Picture picture = picture_of(rgb, width, height);
    if (points.size() != landmark_count) throw std::invalid_argument("number of points");
    std::vector<dlib::point> shape;
    for (const Point& point : points) shape.emplace_back(point.x, point.y);
    const dlib::rectangle whole(0, 0, static_cast<long>(width) - 1, static_cast<long>(height) - 1);
    const dlib::chip_details details = dlib::get_face_chip_details(
        dlib::full_object_detection(whole, shape), chip_side, chip_padding);
    Picture chip;
    dlib::extract_image_chip(picture, details, chip);
    if (aligned.size() != static_cast<size_t>(chip.size()) * sizeof(dlib::rgb_pixel))
        throw std::invalid_argument("size of an aligned face");
    std::memcpy(aligned.data(), &chip(0, 0), aligned.size());
}

void Engine::describe(rust::Slice<const uint8_t> aligned, rust::Slice<float> descriptor) {
    const Picture chip = picture_of(aligned, chip_side, chip_side);
    // Written here: the network itself would keep the descriptor that it returns.
    dlib::matrix<float, 0, 1> out;
    parts->network(&chip, &chip + 1, &out);
    if (static_cast<size_t>(out.size()) != descriptor.size()) throw std::invalid_argument("descriptor size");
    std::copy(out.begin(), out.end(), descriptor.begin());
    // The layers keep their last outputs, the descriptor among them.
    parts->network.clean();
}

}  // namespace jpki_face
