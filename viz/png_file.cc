#include "viz/png_file.h"

#include <unistd.h>

#include <SFML/Graphics/Image.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "base/bytes.h"
#include "base/file_writer.h"

namespace natbed::viz {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// PNG (Portable Network Graphics, 3rd edition) §5.5: IEND is the last chunk, and empty.
bool is_whole(const std::string& png) {
  return png.ends_with(std::string("IEND\xAE\x42\x60\x82", 8));
}

}  // namespace

Status save_png(const sf::Image& image, const fs::path& file) {
  // SFML 2.5 draws into files only.
  std::error_code error;
  const fs::path drawing =
      fs::temp_directory_path(error) / ("natbed-" + std::to_string(getpid()) + ".png");
  const bool saved = !error && image.saveToFile(drawing.string());
  const std::string png = saved ? read(drawing) : "";
  fs::remove(drawing, error);
  if (!is_whole(png)) {
    return Error{"cannot draw " + file.string() + ": there is no room in " +
                 drawing.parent_path().string()};
  }
  Result<FileWriter> writer = FileWriter::create(file.string(), "picture");
  if (!writer) return writer.error();
  writer->append(bytes_of(png));
  return writer->close();
}

}  // namespace natbed::viz
